#!/usr/bin/env python3
"""What a hop through `rustcoder proxy` costs per message.

    bench/proxy_overhead.py RUSTCODER FIXTURE [CALLS]

FIXTURE is build/bin/mcp-fixture-server. The same stateless tools/call is sent one after the other over one kept
connection: to the fixture itself, to a proxy in front of it over HTTP, to a proxy that runs it as its child, and through
two proxies (HTTP -> stdio -> HTTP). Printed: median and 99th percentile, and the median's difference to the direct call.
"""
import http.client
import json
import subprocess
import sys
import time

BODY = json.dumps({
    "jsonrpc": "2.0", "id": 1, "method": "tools/call",
    "params": {"name": "test_simple_text", "arguments": {}, "_meta": {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "bench", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {}}}})
HEADERS = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream",
           "MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/call", "Mcp-Name": "test_simple_text"}


def times(port: int, calls: int) -> list[float]:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    out = []
    for i in range(calls + 50):
        start = time.perf_counter()
        connection.request("POST", "/mcp", BODY, HEADERS)
        answer = connection.getresponse()
        text = answer.read()
        took = time.perf_counter() - start
        if answer.status != 200 or b"simple text response" not in text:
            raise SystemExit(f"wrong answer {answer.status}: {text[:300]!r}")
        if i >= 50:  # connections and processes are warm
            out.append(took * 1000)
    return sorted(out)


class Proxy:
    def __init__(self, words: list[str]):
        self.process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            if "listens on" in line:
                self.port = int(line.rsplit(":", 1)[1])
                return
        raise SystemExit("the proxy did not start")

    def stop(self):
        self.process.terminate()
        self.process.wait(10)


def main() -> None:
    binary, fixture = sys.argv[1:3]
    calls = int(sys.argv[3]) if len(sys.argv) > 3 else 2000
    server = subprocess.Popen([fixture], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    url = server.stdout.readline().strip()
    ways = {
        "http -> http": [binary, "proxy", "--listen", "0", "--connect", url],
        "http -> stdio": [binary, "proxy", "--listen", "0", "--", fixture, "--stdio"],
        "http -> stdio -> http": [binary, "proxy", "--listen", "0", "--", binary, "proxy", "--connect", url],
    }
    proxies = {name: Proxy(words) for name, words in ways.items()}
    try:
        ports = {"direct": int(url.rsplit(":", 1)[1].split("/")[0])} | {n: p.port for n, p in proxies.items()}
        seen = {name: [] for name in ports}
        for _ in range(4):  # in turns: the machine's load changes
            for name, port in ports.items():
                seen[name] += times(port, calls // 4)
        base = None
        for name, values in seen.items():
            values.sort()
            median, high = values[len(values) // 2], values[len(values) * 99 // 100]
            base = median if base is None else base
            print(f"{name:24} median {median:.3f} ms  p99 {high:.3f} ms  added {median - base:+.3f} ms")
    finally:
        for proxy in proxies.values():
            proxy.stop()
        server.stdin.close()
        server.wait(10)


if __name__ == "__main__":
    main()
