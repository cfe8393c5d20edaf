#!/usr/bin/env python3
"""Checks that #include lines in src/ point only where docs/architecture.md allows.

The two tables of that page are the rule: "module | knows | may include" and "header | only in". Tests may include
anything. Exit status 1 with file:line for each breach.
"""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^">]+)[">]')


def tables(page: str) -> list[tuple[list[str], list[list[str]]]]:
    """All Markdown tables as (head cells, rows of cells)."""
    out, block = [], []
    for line in page.splitlines() + [""]:
        if line.startswith("|"):
            block.append([cell.strip() for cell in line.strip().strip("|").split("|")])
        elif block:
            out.append((block[0], block[2:]))
            block = []
    return out


def rules(page: str) -> tuple[dict[str, set[str]], list[tuple[str, set[str]]]]:
    modules: dict[str, set[str]] = {}
    headers: list[tuple[str, set[str]]] = []
    for head, rows in tables(page):
        if head == ["module", "knows", "may include"]:
            modules = {row[0]: set(row[2].split()) for row in rows}
        elif head == ["header", "only in"]:
            headers = [(row[0], set(row[1].split())) for row in rows]
    return modules, headers


def breaches(root: Path) -> list[str]:
    modules, headers = rules((root / "docs/architecture.md").read_text())
    found = []
    if not modules or not headers:
        return ["docs/architecture.md: the module table or the header table is missing"]
    for module, allowed in modules.items():
        for name in sorted(allowed - modules.keys()):
            found.append(f"docs/architecture.md: module {module} may include '{name}', which is no module")
    for folder in sorted(p.name for p in (root / "src").iterdir() if p.is_dir()):
        if folder not in modules:
            found.append(f"src/{folder}: not in the module table of docs/architecture.md")
    for path in sorted((root / "src").rglob("*")):
        if path.suffix not in {".h", ".cpp"}:
            continue
        relative = path.relative_to(root)
        module = relative.parts[1]
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            target = match[1]
            first = target.split("/")[0]
            if "/" in target and first in modules and first != module and first not in modules.get(module, set()):
                found.append(f"{relative}:{number}: {module} may not include {target} (docs/architecture.md)")
            if target.startswith(".."):
                found.append(f"{relative}:{number}: include {target} by its path from src/")
            for prefix, places in headers:
                if target.startswith(prefix) and module not in places:
                    found.append(f"{relative}:{number}: {target} belongs only in {', '.join(sorted(places))}")
    return found


if __name__ == "__main__":
    problems = breaches(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT)
    print("\n".join(problems) if problems else "include directions: clean")
    sys.exit(1 if problems else 0)
