#!/usr/bin/env python3
"""The deletion control: delete the lines that rustc's errors point at until the project compiles.

usage: delete_control.py DIR [--rounds 40]

It repairs nothing and compiles much. A repair tool whose "builds" figure is not clearly better than this, or whose
"passes" figure is near it, has learnt to delete. Exit status 0 if `cargo check` accepts what is left.
"""
import argparse
import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path


def error_lines(root: Path) -> tuple[bool, dict[Path, set[int]]]:
    """Whether cargo accepts the project, and the lines (1-based) of every error's primary spans inside it."""
    run = subprocess.run(
        ["cargo", "check", "--offline", "--quiet", "--message-format=json"],
        cwd=root, capture_output=True, text=True, errors="replace",
    )
    lines: dict[Path, set[int]] = defaultdict(set)
    for text in run.stdout.splitlines():
        if not text.startswith("{"):
            continue
        message = json.loads(text).get("message")
        if not isinstance(message, dict) or message.get("level") != "error":
            continue
        for span in message["spans"]:
            while span["expansion"] and not (root / span["file_name"]).is_file():
                span = span["expansion"]["span"]
            path = root / span["file_name"]
            if span.get("is_primary", True) and path.is_file():
                lines[path] |= set(range(span["line_start"], span["line_end"] + 1))
    return run.returncode == 0, lines


def delete(path: Path, doomed: set[int]) -> bool:
    old = path.read_text(errors="replace").splitlines(keepends=True)
    new = [line for number, line in enumerate(old, 1) if number not in doomed]
    path.write_text("".join(new))
    return len(new) < len(old)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("dir", type=Path)
    arguments.add_argument("--rounds", type=int, default=40)
    given = arguments.parse_args()
    for _ in range(given.rounds):
        ok, lines = error_lines(given.dir)
        if ok:
            return 0
        if not any([delete(path, doomed) for path, doomed in lines.items()]):
            return 1  # nothing left to point at
    return 0 if error_lines(given.dir)[0] else 1


if __name__ == "__main__":
    sys.exit(main())
