// Drives an MCP server with the official TypeScript SDK and prints one JSON object with what happened.
// usage: node mcp_client.mjs stdio COMMAND [ARGS...] | http URL        (steps: SDK_STEPS, comma-separated; default all)
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const [kind, target, ...args] = process.argv.slice(2);
const transport = kind === "stdio"
  ? new StdioClientTransport({ command: target, args, stderr: "inherit", env: process.env })
  : new StreamableHTTPClientTransport(new URL(target));
const client = new Client({ name: "system-test", version: "1" });
const out = { transportErrors: [] };
transport.onerror = e => out.transportErrors.push(e.message);

const cargo = "[filename: Cargo.toml]\n[package]\nname = \"hello\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n";
const good = cargo + "[filename: src/main.rs]\nfn main() {\n    println!(\"Hello, world!\");\n}\n";
const broken = good.replace("world!\")", "world!\"");
const uncast = cargo + "[filename: src/main.rs]\nfn main() {\n    let words = vec![1, 2];\n    let n: u64 = words.len();\n    println!(\"{n}\");\n}\n";
const endless = cargo + "[filename: src/main.rs]\nfn main() {\n    loop { std::thread::sleep(std::time::Duration::from_secs(1)); }\n}\n";

async function call(name, args, options = {}) {
  const progress = [];
  const result = await client.callTool({ name, arguments: args }, undefined,
    { timeout: 120000, resetTimeoutOnProgress: true, onprogress: p => progress.push(p), ...options });
  return { progress, isError: result.isError ?? false, text: result.content.map(c => c.text), structured: result.structuredContent };
}

const steps = {
  list: async () => (await client.listTools()).tools.map(t => t.name),
  ping: async () => { await client.ping(); return true; },
  compile: () => call("compile", { code: good }),
  compileBroken: () => call("compile", { code: broken }),
  fix: () => call("compile_and_fix", { code: broken }),
  check: () => call("check", { code: broken }),
  generate: () => call("generate", { description: "A command-line calculator", examples: [{ args: ["1 + 2 * 3"], stdout: "7\n", code: 0 }] }),
  notGenerated: () => call("generate", { description: "A driver for the flux capacitor of a time machine", use_model: false }),
  invalid: () => call("compile", { code: 5 }),
  cancel: async () => {
    const abort = new AbortController();
    setTimeout(() => abort.abort("enough"), 1500);
    const before = Date.now();
    try {
      await call("compile", { code: endless }, { signal: abort.signal });
      return { cancelled: false };
    } catch (e) {
      await client.ping();
      return { cancelled: true, ms: Date.now() - before };
    }
  },
};

// Only when SDK_STEPS names them: they want a knowledge base of their own.
const more = {
  teach: () => call("add_fix", { error: "error[E0382]: borrow of moved value: `basket`", solution: "Borrow the basket with &.", source: "sdk" }),
  repair: () => call("add_fix", { before: uncast, after: uncast.replace("words.len()", "words.len() as u64") }),
  noRepair: () => call("add_fix", { before: good, after: good }),
  search: () => call("search_knowledge", { query: "moved basket" }),
  explain: () => call("explain_error", { error: "E0382" }),
  stats: () => call("knowledge_stats", {}),
  noQuery: () => call("search_knowledge", {}),
};

const wanted = (process.env.SDK_STEPS ?? Object.keys(steps).join(",")).split(",");
await client.connect(transport);
out.server = client.getServerVersion();
out.session = transport.sessionId ?? null;
for (const step of wanted) out[step] = await { ...steps, ...more }[step]();
await new Promise(r => setTimeout(r, 300)); // close() would abort a cancellation that is still being sent
if (kind === "http") await transport.terminateSession();
await client.close();
console.log(JSON.stringify(out));
