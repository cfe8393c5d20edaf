#!/usr/bin/env python3
"""What asking a model costs beside the model: wall time of `fix` less the model's own time less the compiler's.

A scripted server answers after a fixed time. Three projects need the model, three are the engine's own work.

  bench/model_overhead.py --cmd build/bin/rustcoder [--latency 3] [--runs 3]
"""
import argparse
import http.server
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import threading
import time

MANIFEST = '[package]\nname = "demo"\nversion = "0.1.0"\nedition = "2021"\n'

# name, source, what the model answers: text to replace and its replacement
NEED = [
    ("tally", """use std::collections::HashMap;

fn histogram(text: &str) -> HashMap<char, usize> {
    let mut counts = HashMap::new();
    for c in text.chars() {
        counts.tally(c);
    }
    counts
}

fn main() {
    println!("{}", histogram("hello")[&'l']);
}
""", "        counts.tally(c);", "        *counts.entry(c).or_insert(0) += 1;"),
    ("median", """fn median(values: &mut Vec<i64>) -> i64 {
    values.sort();
    values.middle()
}

fn main() {
    println!("{}", median(&mut vec![3, 1, 2]));
}
""", "    values.middle()", "    values[values.len() / 2]"),
    ("vowels", """fn vowels(text: &str) -> usize {
    text.chars().keep_vowels().count()
}

fn main() {
    println!("{}", vowels("education"));
}
""", "    text.chars().keep_vowels().count()", "    text.chars().filter(|c| \"aeiou\".contains(*c)).count()"),
]
OWN = [
    ("mutability", 'fn main() {\n    let total = 0;\n    for i in 0..4 {\n        total += i;\n    }\n'
                   '    println!("{total}");\n}\n'),
    ("import", 'fn main() {\n    let mut m = HashMap::new();\n    m.insert(1, 2);\n    println!("{}", m[&1]);\n}\n'),
    ("moved", 'fn main() {\n    let a = String::from("x");\n    let b = a;\n    println!("{a}{b}");\n}\n'),
]


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    latency = 0.0
    requests = 0
    answer = ""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.requests += 1
        time.sleep(self.server.latency)
        chunk = {"model": "scripted", "choices": [{"index": 0, "delta": {"content": self.server.answer},
                                                   "finish_reason": "stop"}],
                 "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}}
        body = f"data: {json.dumps(chunk)}\n\ndata: [DONE]\n\n".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def fix(command, source, server):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        (root / "src").mkdir()
        (root / "Cargo.toml").write_text(MANIFEST)
        (root / "src/main.rs").write_text(source)
        environment = dict(os.environ, RUSTCODER_KNOWLEDGE="off", LLM_MODEL="scripted", LLM_API_KEY="",
                           LLM_API_BASE=f"http://127.0.0.1:{server.server_port}/v1")
        before = server.requests
        begin = time.monotonic()
        done = subprocess.run([command, "fix", folder, "--json", "--samples", "1"], env=environment,
                              capture_output=True, text=True)
        wall = time.monotonic() - begin
    record = json.loads(done.stdout)
    model = record.get("model", {}).get("seconds", 0.0)
    compiler = record["costs"]["compiler_busy_ms"] / 1000
    return {"verdict": record["verdict"], "wall": wall, "model": model, "compiler": compiler,
            "requests": server.requests - before, "rest": max(0.0, wall - model - compiler)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cmd", required=True)
    parser.add_argument("--latency", type=float, default=3.0, help="seconds an answer takes")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    server = Server(("127.0.0.1", 0), Handler)
    server.latency = options.latency
    threading.Thread(target=server.serve_forever, daemon=True).start()
    shares, ok = [], True
    print("project      verdict    wall s  model s  compiler s  rest s  rest %  requests")
    for name, source, *edit in NEED + OWN:
        if edit:
            server.answer = (f"src/main.rs\n<<<<<<< SEARCH\n{edit[0]}\n=======\n{edit[1]}\n>>>>>>> REPLACE\n")
        runs = [fix(options.cmd, source, server) for _ in range(options.runs)]
        r = sorted(runs, key=lambda r: r["wall"])[len(runs) // 2]
        share = 100 * r["rest"] / r["wall"]
        if edit:
            shares.append(share)
        odd = [x for x in runs if x["verdict"] != "fixed" or x["requests"] != (1 if edit else 0)]
        for x in odd:
            print(f"  not as it should be: {x['verdict']}, {x['requests']} requests, {x['wall']:.2f} s")
        ok = ok and not odd
        print(f"{name:12} {r['verdict']:9} {r['wall']:7.2f} {r['model']:8.2f} {r['compiler']:11.2f} {r['rest']:7.2f}"
              f" {share:7.1f} {r['requests']:9}")
    print(f"median of what is neither model nor compiler, where a model is needed: {statistics.median(shares):.1f} %")
    print("round trips: one where a model is needed, none elsewhere" if ok else "round trips or verdicts are NOT as they should be")
    return 0 if ok and statistics.median(shares) <= 5 else 1


if __name__ == "__main__":
    raise SystemExit(main())
