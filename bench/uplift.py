#!/usr/bin/env python3
"""What the knowledge base is worth: learn from some programs' fixes, repair others', with and without.

usage: uplift.py [--sets DIR] [--set multi] [--folds 2] [--seeds 1] [--mode full,compiler] [--control] [--curve] [--out DIR]

The cases of a practice set are split by program: all faults of one program are on one side. The engine learns from the
reference solutions of one side, supplied as a user would (agent::learn_from_fix), and repairs the other side: once with
nothing learned, once with what it learned. Templates hold no names, and no case is known by its name. Results are
judged by the set's own tests; equal results are judged once. --control learns from fixes that were mixed up: each
broken program with the repaired version of another fault's answer. --curve repairs everything twice with a memory that
starts empty and learns from nothing but its own verified repairs.
"""
import argparse
import hashlib
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class Engine:
    """bench/uplift.cpp: one request a line."""

    def __init__(self, binary: str):
        self.process = subprocess.Popen([binary], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, **request) -> dict:
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("uplift: the engine ended unexpectedly")
        return json.loads(line)


class Judge:
    """cargo test with the case's own tests; remembers what it judged."""

    def __init__(self, cache: Path):
        self.cache = cache
        self.known = json.loads(cache.read_text()) if cache.is_file() else {}
        self.work = Path(tempfile.mkdtemp(prefix="uplift-"))

    def passes(self, case: dict, files: dict) -> bool:
        key = hashlib.sha256(json.dumps([case["case"], files], sort_keys=True).encode()).hexdigest()
        if key not in self.known:
            root = self.work / "project"
            shutil.rmtree(root, ignore_errors=True)
            for path, text in {**files, **case["judge"]}.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text)
            env = dict(os.environ, CARGO_TARGET_DIR=str(self.work / "target"), CARGO_NET_OFFLINE="true")
            shutil.rmtree(self.work / "target", ignore_errors=True)
            try:
                done = subprocess.run(["cargo", "test", "--offline", "-q"], cwd=root, env=env, timeout=240,
                                      stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                self.known[key] = done.returncode == 0
            except subprocess.TimeoutExpired:
                self.known[key] = False
            self.cache.write_text(json.dumps(self.known))
        return self.known[key]


def program_of(case: dict) -> str:
    return case["case"].rsplit("-", 1)[0]


def repair(engine: Engine, judge: Judge, cases: list, compiler_only: bool, learn: bool = False) -> list:
    out = []
    for case in cases:
        answer = engine.ask(op="fix", files=case["files"], compiler_only=compiler_only, learn=learn)
        fixed = answer.get("verdict") == "fixed"
        out.append({"case": case["case"], "passes": fixed and judge.passes(case, answer["files"]), "builds": fixed,
                    "checks": answer.get("checks", 0), "seconds": answer.get("seconds", 0),
                    "rules": answer.get("rules", []), "trials": answer.get("trials", {})})
    return out


def teach(engine: Engine, cases: list, shuffled: bool, seed: int) -> dict:
    answers = [c["original"] for c in cases]
    if shuffled:
        random.Random(seed).shuffle(answers)
    total = {"fixes": 0, "refused": 0, "fresh": 0, "strengthened": 0, "general": 0}
    for case, good in zip(cases, answers):
        after = {**case["files"], **good}
        answer = engine.ask(op="learn", before=case["files"], after=after)
        if "error" in answer:
            total["refused"] += 1
            continue
        total["fixes"] += 1
        for key in ("fresh", "strengthened", "general"):
            total[key] += answer[key]
    return total


def row(label: str, results: list) -> str:
    n = len(results)
    checks = sum(r["checks"] for r in results)
    return (f"| {label} | {n} | {100 * sum(r['passes'] for r in results) / n:.1f} % | "
            f"{100 * sum(r['builds'] and not r['passes'] for r in results) / n:.1f} % | {checks} | {checks / n:.2f} | "
            f"{statistics.median(r['seconds'] for r in results):.2f} |")


def held_back(engine: Engine, judge: Judge, cases: list, given: argparse.Namespace, work: Path, log) -> None:
    """Every case is held back once a seed; sums over all folds."""
    results = {}
    for seed in range(given.seeds):
        programs = sorted({program_of(c) for c in cases})
        random.Random(seed).shuffle(programs)
        for fold in range(given.folds):
            held = set(programs[fold::given.folds])
            test = [c for c in cases if program_of(c) in held]
            train = [c for c in cases if program_of(c) not in held]
            kinds = [("learned", False)] + ([("control", True)] if given.control else [])
            for mode in given.mode.split(","):
                engine.ask(op="open", file="")
                results.setdefault((mode, "nothing"), []).extend(repair(engine, judge, test, mode == "compiler"))
            for kind, shuffled in kinds:
                store = work / f"{kind}-{seed}-{fold}.db"
                engine.ask(op="open", file=str(store))
                log(f"seed {seed} fold {fold} {kind}: {teach(engine, train, shuffled, seed)}")
                for mode in given.mode.split(","):
                    done = repair(engine, judge, test, mode == "compiler")
                    results.setdefault((mode, kind), []).extend(done)
                    log(row(f"{mode}, {kind}, so far", results[(mode, kind)]))
            for mode in given.mode.split(","):
                log(row(f"{mode}, nothing, so far", results[(mode, "nothing")]))
    names = {"full": "rustcoder", "compiler": "compiler's suggestions"}
    words = {"nothing": "nothing learned", "learned": "learned from the other programs",
             "control": "control: learned from mixed-up fixes"}
    for (mode, kind), list_ in sorted(results.items(), key=lambda r: (r[0][0], list(words).index(r[0][1]))):
        print(row(f"{names[mode]}, {words[kind]}", list_), flush=True)
    for (mode, kind), list_ in results.items():
        (given.out / f"{given.name}.{mode}.{kind}.jsonl").write_text("\n".join(json.dumps(r) for r in list_) + "\n")


def curve(engine: Engine, judge: Judge, cases: list, given: argparse.Namespace, work: Path) -> None:
    engine.ask(op="open", file=str(work / "curve.db"))
    order = list(cases)
    random.Random(1).shuffle(order)
    for turn in (1, 2):
        print(row(f"rustcoder, learning from its own repairs, round {turn}",
                  repair(engine, judge, order, False, learn=True)), flush=True)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--sets", type=Path,
                           default=Path(os.environ.get("RC_PRACTICE_SETS", ROOT.parent / "shared/bench")))
    arguments.add_argument("--set", default="multi")
    arguments.add_argument("--binary", default=str(ROOT / "build-bench/bin/uplift"))
    arguments.add_argument("--folds", type=int, default=2)
    arguments.add_argument("--seeds", type=int, default=1)
    arguments.add_argument("--every", type=int, default=1, help="only every Nth case")
    arguments.add_argument("--mode", default="full,compiler")
    arguments.add_argument("--control", action="store_true")
    arguments.add_argument("--curve", action="store_true")
    arguments.add_argument("--out", type=Path, default=ROOT / "build/uplift")
    given = arguments.parse_args()
    if not Path(given.binary).is_file():
        print(f"uplift: {given.binary} is not there", file=sys.stderr)
        return 2
    given.out.mkdir(parents=True, exist_ok=True)
    given.name = given.set.replace(",", "+")
    cases = []
    for name in given.set.split(","):
        path = given.sets / f"{name}.jsonl"
        if not path.is_file():
            print(f"uplift: no practice set at {path} (set RC_PRACTICE_SETS)", file=sys.stderr)
            return 2
        cases += [json.loads(line) for line in path.read_text().splitlines() if line.strip()]
    cases = cases[:: given.every]
    judge = Judge(given.out / "judged.json")
    engine = Engine(given.binary)
    log = lambda text: print(text, file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(prefix="uplift-") as work:
        print("| engine, memory | cases | passes | builds, fails tests | checks | checks a case | s median |")
        print("|---|---|---|---|---|---|---|")
        if given.curve:
            curve(engine, judge, cases, given, Path(work))
        else:
            held_back(engine, judge, cases, given, Path(work), log)
    return 0


if __name__ == "__main__":
    sys.exit(main())
