// A small MCP server over stdio for the proxy's tests, without packages: echo, env, slow (progress; told of cancelling),
// ask (a question to the client), tree (a child of its own), crash.
import { spawn } from 'node:child_process';
import readline from 'node:readline';

const send = message => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\n');
const text = (id, value) => send({ id, result: { content: [{ type: 'text', text: String(value) }] } });
const running = new Map();
const cancelled = [];
let asked = null;

console.log('a banner that is no message'); // servers do that
const tools = {
    echo: m => text(m.id, m.params.arguments.text),
    env: m => text(m.id, process.env[m.params.arguments.name] ?? '(unset)'),
    cancelled: m => text(m.id, JSON.stringify(cancelled)),
    crash: () => process.kill(process.pid, 'SIGKILL'),
    tree: m => text(m.id, spawn('sleep', ['1000']).pid),
    ask: m => { asked = m.id; send({ id: 'q1', method: 'elicitation/create', params: { message: 'name?' } }); },
    slow: m => {
        let step = 0;
        running.set(m.id, setInterval(() => {
            step++;
            const progressToken = m.params._meta?.progressToken;
            if (progressToken !== undefined)
                send({ method: 'notifications/progress', params: { progressToken, progress: step, total: 3 } });
            if (step >= (m.params.arguments.steps ?? 3)) {
                clearInterval(running.get(m.id));
                text(m.id, 'done');
            }
        }, 50));
    },
};
readline.createInterface({ input: process.stdin }).on('line', line => {
    const m = JSON.parse(line);
    if (m.method === 'initialize')
        send({ id: m.id, result: { protocolVersion: m.params.protocolVersion, capabilities: { tools: {} },
                                   serverInfo: { name: 'echo', version: '1' } } });
    else if (m.method === 'tools/call') (tools[m.params.name] ?? (() => text(m.id, 'no such tool')))(m);
    else if (m.method === 'notifications/cancelled') {
        clearInterval(running.get(m.params.requestId));
        cancelled.push(m.params.requestId);
    } else if (m.id === 'q1') text(asked, 'answered ' + m.result?.content.name);
    else if (m.id !== undefined) send({ id: m.id, error: { code: -32601, message: 'Method not found' } });
});
