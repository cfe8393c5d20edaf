#!/usr/bin/env python3
"""The talk's demo (hello world without its closing parenthesis) against the bare compiler calls that it needs.

usage: demo_overhead.py [--rounds 11] [--project examples/hello-missing-paren]

Needed at least: cargo on the broken project (the errors), rustc on the repaired file (the verdict on the candidate), cargo
build of the repaired project (the proof), and the program's run. Those four are run by hand, from the toolchain's own
binaries, in a fresh directory on the same file system, and summed; then the same repair goes through the command line,
REST and MCP. The ways are interleaved within every round, so a busy moment hits all of them; medians are compared.
"""
import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BINARY = ROOT / "build/bin/rustcoder"


def tool(name: str) -> str:
    """The toolchain's own binary: rustup's proxy adds 10 ms to each call, which would flatter us."""
    try:
        return subprocess.run(["rustup", "which", name], capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return shutil.which(name) or sys.exit(f"demo_overhead: no {name}; ./dev run installs one")


def timed(command: list[str], cwd: Path, expect_ok: bool = True, **more) -> float:
    start = time.perf_counter()
    done = subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)
    took = time.perf_counter() - start
    if (done.returncode == 0) != expect_ok:
        sys.exit(f"demo_overhead: {' '.join(command)} ended with {done.returncode}:\n{done.stdout[-2000:]}")
    return took


class Demo:
    def __init__(self, broken: Path, scratch: Path):
        self.broken, self.scratch, self.count = broken, scratch, 0
        self.cargo, self.rustc = tool("cargo"), tool("rustc")
        self.flat = "".join(f"[filename: {p.relative_to(broken)}]\n{p.read_text()}\n" for p in
                            [broken / "Cargo.toml", *sorted((broken / "src").glob("*.rs"))])
        self.fixed = self.fresh(broken)
        timed([str(BINARY), "fix", str(self.fixed), "--write"], self.fixed)

    def fresh(self, source: Path) -> Path:
        self.count += 1
        place = self.scratch / f"p{self.count}"
        shutil.copytree(source, place, ignore=shutil.ignore_patterns("target"))
        return place

    def bare(self) -> float:
        """Broken and repaired project share the target directory, as one who works by hand would have it."""
        place = self.fresh(self.broken)
        env = dict(os.environ, RUSTC=self.rustc)
        total = timed([self.cargo, "check", "--offline", "-q", "--all-targets"], place, expect_ok=False, env=env)
        shutil.copytree(self.fixed / "src", place / "src", dirs_exist_ok=True)
        total += timed([self.rustc, "--edition", "2021", "--emit=metadata", "--out-dir", str(place), "src/main.rs"], place)
        total += timed([self.cargo, "build", "--offline", "-q"], place, env=env)
        program = next(p for p in (place / "target/debug").iterdir() if p.is_file() and os.access(p, os.X_OK))
        total += timed([str(program)], place)
        shutil.rmtree(place)
        return total

    def command_line(self) -> float:
        place = self.fresh(self.broken)
        took = timed([str(BINARY), "fix", str(place), "--run"], place)
        shutil.rmtree(place)
        return took


class Server:
    def __init__(self) -> None:
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        self.process = subprocess.Popen([str(BINARY), "serve", "--port", str(self.port)], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        for _ in range(200):
            try:
                self.request("/healthz", None)
                break
            except OSError:
                time.sleep(0.02)
        else:
            sys.exit("demo_overhead: the server does not answer")
        self.session: dict[str, str] = {}
        _, headers = self.rpc("initialize", {"protocolVersion": "2025-06-18", "capabilities": {},
                                             "clientInfo": {"name": "bench", "version": "1"}})
        if "mcp-session-id" in headers:
            self.session = {"Mcp-Session-Id": headers["mcp-session-id"]}

    def request(self, path: str, body: dict | None, headers: dict[str, str] = {}) -> tuple[str, dict[str, str]]:
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data,
                                         {"Content-Type": "application/json", **headers})
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.read().decode(), {k.lower(): v for k, v in answer.headers.items()}

    def rpc(self, method: str, params: dict) -> tuple[str, dict[str, str]]:
        return self.request("/mcp", {"jsonrpc": "2.0", "id": 1, "method": method, "params": params},
                            {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-06-18",
                             **self.session})

    def rest(self, flat: str) -> float:
        start = time.perf_counter()
        answer, _ = self.request("/compile-and-fix", {"code": flat, "description": "hello"})
        took = time.perf_counter() - start
        if not json.loads(answer)["success"]:
            sys.exit(f"demo_overhead: REST did not repair it: {answer[:500]}")
        return took

    def mcp(self, flat: str) -> float:
        start = time.perf_counter()
        answer, _ = self.rpc("tools/call", {"name": "compile_and_fix", "arguments": {"code": flat, "description": "hello"}})
        took = time.perf_counter() - start
        if "println!(\\\"Hello, world!\\\")" not in answer and '"isError":true' in answer:
            sys.exit(f"demo_overhead: MCP did not repair it: {answer[:500]}")
        return took


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--rounds", type=int, default=11)
    arguments.add_argument("--project", type=Path, default=ROOT / "examples/hello-missing-paren")
    arguments.add_argument("--no-server", action="store_true")
    given = arguments.parse_args()
    if not BINARY.is_file():
        sys.exit("demo_overhead: build/bin/rustcoder is not there; run ./dev build first")
    memory = Path("/dev/shm")  # where the program works too, see base::scratch_root
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as scratch:
        demo = Demo(given.project.resolve(), Path(scratch))
        server = None if given.no_server else Server()
        ways = {"bare calls": demo.bare, "command line": demo.command_line}
        if server:
            ways |= {"REST": lambda: server.rest(demo.flat), "MCP": lambda: server.mcp(demo.flat)}
        seconds: dict[str, list[float]] = {name: [] for name in ways}
        try:
            for round_ in range(given.rounds + 1):
                for name, way in ways.items():
                    took = way()
                    if round_:  # the first round warms the page cache
                        seconds[name].append(took)
        finally:
            if server:
                server.process.terminate()
                server.process.wait(30)
    floor = statistics.median(seconds["bare calls"])
    print("| way | median ms | p10 | p90 | ratio |")
    print("|---|---|---|---|---|")
    for name, values in seconds.items():
        values.sort()
        at = lambda share: 1000 * values[int(share * (len(values) - 1))]
        print(f"| {name} | {at(0.5):.0f} | {at(0.1):.0f} | {at(0.9):.0f} | {statistics.median(values) / floor:.2f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
