#!/usr/bin/env python3
"""Whole repairs without and with the naturalness model, in turns, on the same machine.

usage: naturalness.py SET.jsonl [--binary build/bin/rustcoder] [--limit N] [--every K] [--only HOW] [--jobs 1]

SET.jsonl is a practice set (bench/README.md). The model must be there (`rustcoder doctor --train`). Reported: cases fixed,
cases given back exactly as the author wrote them (white space apart), compiler checks, seconds. Where the two answers
differ and the set brings a judge, its tests decide between them (cargo test).
"""
import argparse
import concurrent.futures
import json
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODES = ("off", "on")


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def repair(binary: str, case: dict, mode: str) -> dict:
    with tempfile.TemporaryDirectory(prefix="naturalness-") as root:
        folder = Path(root)
        write(folder, case["files"])
        start = time.monotonic()
        done = subprocess.run([binary, "fix", root, "--write", "--json", "--no-build", "--no-test", "--timeout", "60"],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                              env=dict(os.environ, RUSTCODER_NATURALNESS=mode))
        seconds = time.monotonic() - start
        text = {name: (folder / name).read_text(errors="replace") for name in case["files"]}
    checks = checks_of(json.loads(done.stdout)) if done.stdout.startswith("{") else 0
    squeeze = lambda s: "".join(s.split())
    exact = all(squeeze(text.get(name, "")) == squeeze(original) for name, original in case["original"].items())
    return {"fixed": done.returncode == 0, "exact": exact, "checks": checks, "seconds": seconds, "text": text}


def checks_of(evidence: dict) -> int:
    if "checks" in evidence:
        return int(evidence["checks"])
    return max([0] + [checks_of(v) for v in evidence.values() if isinstance(v, dict)])


def passes(case: dict, text: dict[str, str]) -> bool:
    with tempfile.TemporaryDirectory(prefix="naturalness-judge-") as root:
        write(Path(root), text)
        write(Path(root), case["judge"])
        try:
            return subprocess.run(["cargo", "test", "--offline", "-q"], cwd=root, timeout=120, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0
        except subprocess.TimeoutExpired:
            return False


def judge(binary: str, case: dict) -> dict:
    out = {mode: repair(binary, case, mode) for mode in MODES}
    out["differ"] = out["on"]["text"] != out["off"]["text"]
    if out["differ"] and case.get("judge"):
        for mode in MODES:
            out[mode]["passes"] = passes(case, out[mode]["text"])
    return out


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("set", type=Path)
    arguments.add_argument("--binary", default=str(ROOT / "build/bin/rustcoder"))
    arguments.add_argument("--limit", type=int)
    arguments.add_argument("--every", type=int, default=1)
    arguments.add_argument("--only", help="word in the fault's kind")
    arguments.add_argument("--jobs", type=int, default=1)
    given = arguments.parse_args()
    cases = [json.loads(line) for line in given.set.read_text().splitlines() if line.strip()]
    if given.only:
        cases = [c for c in cases if any(given.only in how for how in c["how"])]
    cases = cases[::given.every][:given.limit]
    with concurrent.futures.ThreadPoolExecutor(given.jobs) as pool:
        results = list(pool.map(lambda c: judge(given.binary, c), cases))
    print("| model | cases | fixed | exact | checks in all | checks mean | s median |\n|---|---|---|---|---|---|---|")
    for mode in MODES:
        rows = [r[mode] for r in results]
        checks = sum(r["checks"] for r in rows)
        print(f"| {mode} | {len(rows)} | {sum(r['fixed'] for r in rows)} | {sum(r['exact'] for r in rows)} | {checks} | "
              f"{checks / max(1, len(rows)):.2f} | {statistics.median(r['seconds'] for r in rows):.2f} |")
    differing = [(c, r) for c, r in zip(cases, results) if r["differ"]]
    print(f"{len(differing)} answers differ")
    for case, result in differing:
        words = [f"{mode}: {'fixed' if result[mode]['fixed'] else 'not fixed'}, {'exact' if result[mode]['exact'] else 'other'}"
                 + (f", {'passes' if result[mode]['passes'] else 'fails'}" if "passes" in result[mode] else "") for mode in MODES]
        print(f"  {case['case']} ({'; '.join(case['how'])})  " + "  |  ".join(words))


if __name__ == "__main__":
    main()
