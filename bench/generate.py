#!/usr/bin/env python3
"""Generates a project for each description, without a model, and judges every project returned as a success anew.

usage: generate.py [--set FILE] [--limit N] [--out FILE]

FILE (default bench/data/generate_descriptions.jsonl): {"id", "description", "requirements", "expect": [template, ...],
"kind": "in" | "out"}; written by somebody who had not seen the templates' words. "in": the nearest template has to be an
expected one, and a project has to come back. "out": nothing that is shipped makes it; the answer has to be a refusal.
What comes back is judged by plain cargo: build and test, offline, in a folder of its own. Seconds are those of the whole
command (a fresh process each time; one warm-up run before).
"""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BINARY = ROOT / "build/bin/rustcoder"


def generate(case: dict, folder: Path) -> tuple[dict, float]:
    command = [str(BINARY), "generate", case["description"], "--no-model", "--json", "-o", str(folder)]
    if case.get("requirements"):
        command += ["-r", case["requirements"]]
    start = time.monotonic()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=400)
    seconds = time.monotonic() - start
    if done.returncode not in (0, 1):
        sys.exit(f"generate: {case['id']}: status {done.returncode}: {done.stderr}")
    return json.loads(done.stdout), seconds


def holds(folder: Path) -> bool:
    """Plain cargo's word on it."""
    environment = dict(os.environ, CARGO_TARGET_DIR=str(folder / "target"))
    for arguments in (["build"], ["test"]):
        done = subprocess.run(["cargo", *arguments, "-q", "--offline"], cwd=folder, env=environment,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=600)
        if done.returncode != 0:
            return False
    return True


def judge(case: dict, scratch: Path) -> dict:
    folder = scratch / case["id"]
    record, seconds = generate(case, folder)
    success = record["verdict"] == "generated"
    nearest = record["nearest"][0] if record["nearest"] else {"name": "", "confidence": 0}
    out = {"id": case["id"], "kind": case["kind"], "expect": case["expect"], "nearest": nearest["name"],
           "confidence": nearest["confidence"], "success": success, "origin": record["origin"], "seconds": seconds,
           "requirements": [(r["text"], r["met"]) for r in record["requirements"]],
           "holds": holds(folder) if success else None}
    shutil.rmtree(folder, ignore_errors=True)
    return out


def table(results: list[dict]) -> str:
    inside = [r for r in results if r["kind"] == "in"]
    outside = [r for r in results if r["kind"] == "out"]
    made = [r for r in results if r["success"]]
    right = sum(r["nearest"] in r["expect"] for r in inside)
    served = sum(r["success"] and r["origin"].removeprefix("template:") in r["expect"] for r in inside)
    wrong = [r["id"] for r in inside if r["success"] and r["origin"].removeprefix("template:") not in r["expect"]]
    lines = [f"| right template first | {right} of {len(inside)} |",
             f"| ... and handed over | {served} of {len(inside)} |",
             f"| another program handed over | {len(wrong)} of {len(inside)} |",
             f"| projects returned as success that build and pass | {sum(r['holds'] for r in made)} of {len(made)} |",
             f"| nothing fits: refused | {sum(not r['success'] for r in outside)} of {len(outside)} |"]
    if made:
        seconds = sorted(r["seconds"] for r in made)
        lines.append(f"| seconds, median / p90 | {statistics.median(seconds):.2f} / "
                     f"{seconds[int(0.9 * (len(seconds) - 1))]:.2f} |")
    return "\n".join(["| | |", "|---|---|", *lines])


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--set", type=Path, default=ROOT / "bench/data/generate_descriptions.jsonl")
    arguments.add_argument("--limit", type=int)
    arguments.add_argument("--out", type=Path, default=ROOT / "build/generate.jsonl")
    given = arguments.parse_args()
    cases = [json.loads(line) for line in given.set.read_text().splitlines() if line.strip()][:given.limit]
    os.environ.setdefault("RUSTCODER_KNOWLEDGE", "off")
    with tempfile.TemporaryDirectory(prefix="rc-generate.") as scratch:
        generate({"id": "warm", "description": "a calculator"}, Path(scratch) / "warm")
        results = []
        for case in cases:
            results.append(judge(case, Path(scratch)))
            print(json.dumps(results[-1]), file=sys.stderr, flush=True)
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text("".join(json.dumps(r) + "\n" for r in results))
    print(table(results))
    return 0 if all(r["holds"] for r in results if r["success"]) else 1


if __name__ == "__main__":
    sys.exit(main())
