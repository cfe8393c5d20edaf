#!/usr/bin/env python3
"""The error-code book as a practice set: every code block of `rustc --explain Exxxx` that fails with that very code.

  bench/error_codes.py --list                              what is in the set
  bench/error_codes.py --run 'rustcoder fix {dir} --write'  repair each example and judge what comes out
  bench/error_codes.py --baseline suggestions              rustc's own suggestions, applied greedily
  bench/error_codes.py --baseline delete                   the control: delete the lines that rustc points at

A repair counts only if it compiles AND keeps what the author wrote: nothing deleted, stubbed or silenced.
"""
import argparse, collections, concurrent.futures as cf, json, os, pathlib, re, shlex, shutil, subprocess, sys, tempfile, time

ESCAPES = re.compile(r"\b(?:todo|unimplemented|unreachable|panic)!|\bunsafe\b|#!?\[\s*(?:allow|cfg|ignore|expect)\b"
                     r"|\.(?:unwrap|expect)\(")
STUBS = re.compile(r"\b(?:todo|unimplemented)!|#!?\[\s*(?:allow|cfg|expect)\b")
EMPTY = re.compile(r"\bfn\s+\w+[^{};]*\{\s*\}")  # a new function without body is a stub as well
TOKEN = re.compile(r"//[^\n]*|/\*.*?(?:\*/|\Z)|\"(?:\\.|[^\"\\])*\"|'(?:\\.[^']*|[^'\\])'|'\w+|\w+|::|->|=>|[^\s\w]", re.S)


def rustc_path():
    """The real compiler: rustup's proxy costs 10 ms a call."""
    for cmd in (["rustup", "which", "rustc"], ["which", "rustc"]):
        try:
            out = subprocess.run(cmd, capture_output=True, text=True).stdout.strip()
        except OSError:
            continue
        if out:
            return out
    found = sorted((pathlib.Path.home() / ".rustup/toolchains").glob("*/bin/rustc"))
    if found:
        return str(found[-1])
    sys.exit("error_codes.py: no rustc found; install a Rust toolchain first")


RUSTC = os.environ.get("RUSTC") or rustc_path()


def check(source, edition, kind, work):
    path = pathlib.Path(work) / "x.rs"
    path.write_text(source)
    run = subprocess.run([RUSTC, "--error-format=json", "--emit=metadata", f"--edition={edition}", f"--crate-type={kind}",
                          "--crate-name=x", "--out-dir", work, str(path)], capture_output=True, text=True)
    found = []
    for line in run.stderr.splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            pass
    return run.returncode == 0, [d for d in found if d.get("level") == "error" and d.get("spans")]


def blocks(text):
    out, inside, current = [], False, []
    for line in text.splitlines():
        if line.startswith("```"):
            if inside:
                out.append("\n".join(current) + "\n")
            inside, current = not inside, []
        elif inside:
            current.append(line[1:] if line.startswith("##") else line[2:] if line.startswith("# ") else line)
    return out


def kind_of(source):
    return "bin" if re.search(r"^\s*(?:pub\s+)?(?:async\s+)?fn\s+main\s*\(", source, re.M) else "lib"


def collect(cache):
    if cache and pathlib.Path(cache).exists():
        return json.loads(pathlib.Path(cache).read_text())
    version = subprocess.run([RUSTC, "--version"], capture_output=True, text=True).stdout.strip()
    codes = [f"E{n:04}" for n in range(1, 830)]

    def one(code):
        run = subprocess.run([RUSTC, "--explain", code], capture_output=True, text=True)
        cases = []
        with tempfile.TemporaryDirectory() as work:
            for index, source in enumerate(blocks(run.stdout) if run.returncode == 0 else []):
                if "#![feature" in source:
                    continue
                for edition in ("2021", "2018", "2015"):
                    ok, errors = check(source, edition, kind_of(source), work)
                    if not ok and any((d.get("code") or {}).get("code") == code for d in errors):
                        cases.append({"id": f"{code}-{index}", "code": code, "edition": edition, "kind": kind_of(source),
                                      "source": source, "rustc": version})
                        break
        return cases

    with cf.ThreadPoolExecutor(os.cpu_count()) as pool:
        cases = [c for group in pool.map(one, codes) for c in group]
    if cache:
        pathlib.Path(cache).write_text(json.dumps(cases, indent=1))
    return cases


def tokens(source):
    return [t for t in TOKEN.findall(source) if not t.startswith(("//", "/*"))]


def lost_tokens(before, after):
    """(tokens of the author that are gone, their share). A statement that moved is not gone."""
    a, b = collections.Counter(tokens(before)), collections.Counter(tokens(after))
    lost = min(sum((a - b).values()), max(0, sum(a.values()) - sum(b.values())))  # what was replaced is not gone either
    return lost, lost / max(1, sum(a.values()))


def lost_items(before, after):
    """Items whose name occurs less often than before; a function that became a closure keeps its name."""
    names = re.compile(r"\b(?:fn|struct|enum|union|trait|mod|static|const|type)\s+(\w+)")
    before, after = " ".join(tokens(before)), " ".join(tokens(after))
    a, b = collections.Counter(names.findall(before)), collections.Counter(tokens(after))
    gone = sum(1 for name, count in a.items() if b[name] < count)
    return gone + max(0, tokens(before).count("impl") - tokens(after).count("impl"))


def statements(source):
    return source.count(";") + source.count("=>")


def judge(before, after, ok):
    if not ok:
        return "fails"
    if len(STUBS.findall(after)) > len(STUBS.findall(before)) or len(EMPTY.findall(after)) > len(EMPTY.findall(before)):
        return "stubbed"
    code_before, code_after = " ".join(tokens(before)), " ".join(tokens(after))
    lost, share = lost_tokens(before, after)  # the examples are tiny: four tokens may be a fifth of the program
    if lost_items(before, after) or (share > 0.2 and lost > 4) \
            or statements(code_after) < statements(code_before) - 1:
        return "gutted"
    if len(ESCAPES.findall(code_after)) > len(ESCAPES.findall(code_before)):
        return "escaped"
    return "good"


def suggestions(source, case, work, rounds=8):
    """Every suggestion, first alternative first, that lowers the number of errors."""
    ok, errors = check(source, case["edition"], case["kind"], work)
    for _ in range(rounds):
        if ok:
            break
        best = None
        for diagnostic in errors:
            for child in diagnostic["children"]:
                parts = [s for s in child["spans"] if s.get("suggested_replacement") is not None]
                if not parts:
                    continue
                data = source.encode()
                for part in sorted(parts, key=lambda s: -s["byte_start"]):
                    data = data[:part["byte_start"]] + part["suggested_replacement"].encode() + data[part["byte_end"]:]
                candidate = data.decode(errors="replace")
                good, left = check(candidate, case["edition"], case["kind"], work)
                if good or len(left) < len(errors):
                    best = (candidate, good, left)
                    break
            if best:
                break
        if not best:
            break
        source, ok, errors = best
    return source


def delete_lines(source, case, work, rounds=12):
    ok, errors = check(source, case["edition"], case["kind"], work)
    for _ in range(rounds):
        if ok or not errors:
            break
        lines = source.splitlines(keepends=True)
        span = next((s for s in errors[0]["spans"] if s["is_primary"]), None)
        if not span or not lines:
            break
        del lines[span["line_start"] - 1:span["line_end"]]
        source = "".join(lines)
        case = dict(case, kind=kind_of(source))
        ok, errors = check(source, case["edition"], case["kind"], work)
    return source


def run_command(command, case, work, timeout):
    root = pathlib.Path(work) / "p"
    (root / "src").mkdir(parents=True)
    (root / "Cargo.toml").write_text(f'[package]\nname = "example"\nversion = "0.1.0"\nedition = "{case["edition"]}"\n')
    main = root / "src" / ("main.rs" if case["kind"] == "bin" else "lib.rs")
    main.write_text(case["source"])
    args = [a.replace("{dir}", str(root)) for a in shlex.split(command)]
    try:
        run = subprocess.run(args, capture_output=True, text=True, timeout=timeout)
        note = "" if run.returncode in (0, 1) else f"exit {run.returncode}: {(run.stderr or run.stdout)[-200:]}"
    except subprocess.TimeoutExpired:
        note = "timeout"
    edition = re.search(r'edition\s*=\s*"(\d+)"', (root / "Cargo.toml").read_text())
    return main.read_text(), note, edition.group(1) if edition else "2015"


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--list", action="store_true")
    ap.add_argument("--run", metavar="COMMAND")
    ap.add_argument("--baseline", choices=("suggestions", "delete"))
    ap.add_argument("--cache", default="/tmp/rustcoder-error-codes.json", help="where the extracted set is kept")
    ap.add_argument("--only", help="regular expression over ids")
    ap.add_argument("--jobs", type=int, default=1)
    ap.add_argument("--timeout", type=float, default=60)
    ap.add_argument("--out", help="write one JSON object a line: id, verdict, source before and after")
    args = ap.parse_args()
    cases = [c for c in collect(args.cache) if not args.only or re.search(args.only, c["id"])]
    if args.list or not (args.run or args.baseline):
        for case in cases:
            print(case["id"], case["edition"], case["kind"])
        print(len(cases), "examples,", len({c["code"] for c in cases}), "codes")
        return

    def one(case):
        start = time.time()
        with tempfile.TemporaryDirectory() as work:
            note, edition = "", case["edition"]
            if args.run:
                after, note, edition = run_command(args.run, case, work, args.timeout)
            else:
                after = (suggestions if args.baseline == "suggestions" else delete_lines)(case["source"], case, work)
            ok, errors = check(after, edition, case["kind"], work)
            verdict = judge(case["source"], after, ok)
            left = sorted({(d.get("code") or {}).get("code") or "syntax" for d in errors})
        return {"id": case["id"], "verdict": verdict, "left": left, "note": note, "seconds": round(time.time() - start, 2),
                "before": case["source"], "after": after}

    with cf.ThreadPoolExecutor(args.jobs) as pool:
        results = list(pool.map(one, cases))
    if args.out:
        with open(args.out, "w") as f:
            for r in results:
                f.write(json.dumps(r) + "\n")
    count = collections.Counter(r["verdict"] for r in results)
    for r in results:
        if r["verdict"] != "good":
            print(r["id"], r["verdict"], " ".join(r["left"]), r["note"])
    n = max(1, len(results))
    compiles = n - count["fails"]
    print(f"{len(results)} examples; compiles {compiles} ({100 * compiles / n:.1f} %); good {count['good']} "
          f"({100 * count['good'] / n:.1f} %: nothing deleted, stubbed or silenced); "
          f"stubbed {count['stubbed']}, gutted {count['gutted']}, added unwrap/unsafe/panic {count['escaped']}; "
          f"{sum(r['seconds'] for r in results) / n:.2f} s each")


if __name__ == "__main__":
    main()
