#!/usr/bin/env python3
"""Scores our command and the baselines on practice sets, all by the same judge.

usage: practice.py [--sets DIR] [--set single] [--tool rustcoder] [--limit 100] [--jobs 2] [--out DIR]

DIR (default: $RC_PRACTICE_SETS, else ../shared/bench beside the checkout) holds score.py and *.jsonl. Without --set and
--tool everything is run. The judge's answers per case are kept in --out as SET.TOOL.jsonl; the table goes to stdout.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BINARY = ROOT / "build/bin/rustcoder"
TOOLS = {
    "cargo-fix": "cd {dir} && cargo fix --broken-code --allow-no-vcs --offline --all-targets && cargo check --offline",
    "delete-control": f"{sys.executable} {ROOT}/bench/baselines/delete_control.py {{dir}}",
    "compiler-only": f"{BINARY} fix {{dir}} --write --compiler-only",
    "rustcoder": f"{BINARY} fix {{dir}} --write",
}


def score(judge: Path, cases: Path, tool: str, out: Path, given: argparse.Namespace) -> list[dict]:
    command = [sys.executable, str(judge), str(cases), "--cmd", TOOLS[tool], "--out", str(out),
               "--jobs", str(given.jobs), "--timeout", str(given.timeout)]
    if given.limit:
        command += ["--limit", str(given.limit)]
    print(f"{cases.stem}: {tool} ...", file=sys.stderr, flush=True)
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"practice: the judge failed on {cases.name} with {tool}")
    return [json.loads(line) for line in out.read_text().splitlines()]


def row(set_name: str, tool: str, results: list[dict]) -> str:
    n = len(results)
    share = lambda count: f"{100 * count / n:.1f} %"
    builds = sum(r["builds"] for r in results)
    passes = sum(r["passes"] for r in results)
    seconds = sorted(r["seconds"] for r in results)
    return (f"| {set_name} | {tool} | {n} | {share(passes)} | {share(builds - passes)} | "
            f"{sum(r['false_success'] for r in results)} | {statistics.median(seconds):.2f} | "
            f"{seconds[int(0.9 * (n - 1))]:.2f} |")


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--sets", type=Path,
                           default=Path(os.environ.get("RC_PRACTICE_SETS", ROOT.parent / "shared/bench")))
    arguments.add_argument("--set", action="append", help="name of a set (repeatable)")
    arguments.add_argument("--tool", action="append", choices=TOOLS, help="repeatable")
    arguments.add_argument("--limit", type=int)
    arguments.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    arguments.add_argument("--timeout", type=int, default=60)
    arguments.add_argument("--out", type=Path, default=ROOT / "build/practice")
    given = arguments.parse_args()
    judge = given.sets / "score.py"
    if not judge.is_file():
        print(f"practice: no practice sets at {given.sets} (set RC_PRACTICE_SETS)", file=sys.stderr)
        return 2
    sets = [given.sets / f"{name}.jsonl" for name in given.set] if given.set else sorted(given.sets.glob("*.jsonl"))
    tools = given.tool or list(TOOLS)
    if not BINARY.is_file() and {"rustcoder", "compiler-only"} & set(tools):
        print("practice: build/bin/rustcoder is not there; run ./dev build first", file=sys.stderr)
        return 2
    given.out.mkdir(parents=True, exist_ok=True)
    print("| set | tool | cases | passes | builds, fails tests | false successes | s median | s p90 |")
    print("|---|---|---|---|---|---|---|---|")
    for cases in sets:
        for tool in tools:
            results = score(judge, cases, tool, given.out / f"{cases.stem}.{tool}.jsonl", given)
            print(row(cases.stem, tool, results), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
