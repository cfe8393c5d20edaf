#!/usr/bin/env python3
"""The Book's listings that do not compile, from the locally installed rust-docs, as a practice set.

  bench/book_listings.py --list                               what is in the set
  bench/book_listings.py --run 'rustcoder fix {dir} --write'   repair each listing and judge what comes out
  bench/book_listings.py --run 'rustcoder fix {dir} --write --compiler-only'
  bench/book_listings.py --baseline suggestions | delete      the peer and the control of error_codes.py

Only listings that are whole programs by themselves count: those whose errors are about modules in other files or crates
that are not there are left out. Judged as error_codes.py does: it must compile with nothing deleted, stubbed or silenced.
"""
import argparse, collections, concurrent.futures as cf, html, json, pathlib, re, tempfile, time

import error_codes as ec

BLOCK = re.compile(r'<code class="([^"]*\bdoes_not_compile\b[^"]*)">(.*?)</code>', re.S)
FOREIGN = re.compile(r"^\s*(?:pub\s+)?mod\s+\w+\s*;|^\s*use\s+(?:rand|trpl|hello_macro|add_one|minigrep)\b|\btrpl::", re.M)


def book_folder():
    root = pathlib.Path(ec.RUSTC).resolve().parents[1] / "share/doc/rust/html/book"
    if not root.is_dir():
        raise SystemExit(f"book_listings.py: {root} is not there; install it with `rustup component add rust-docs`")
    return root


def collect():
    cases, seen = [], set()
    with tempfile.TemporaryDirectory() as work:
        for page in sorted(book_folder().glob("*.html")):
            if page.name == "print.html":
                continue
            for index, (classes, body) in enumerate(BLOCK.findall(page.read_text(errors="replace"))):
                source = html.unescape(re.sub(r"<[^>]+>", "", body))
                if source in seen or FOREIGN.search(source) or "#![feature" in source:
                    continue
                seen.add(source)
                edition = next((e for e in ("2024", "2021", "2018", "2015") if f"edition{e}" in classes), "2021")
                kind = ec.kind_of(source)
                ok, errors = ec.check(source, edition, kind, work)
                if ok or not errors:
                    continue
                code = (errors[0].get("code") or {}).get("code") or "syntax"
                cases.append({"id": f"{page.stem}-{index}", "code": code, "edition": edition, "kind": kind,
                              "source": source})
    return cases


def one(case, args):
    start = time.time()
    with tempfile.TemporaryDirectory() as work:
        note, edition = "", case["edition"]
        if args.run:
            after, note, edition = ec.run_command(args.run, case, work, args.timeout)
        else:
            after = (ec.suggestions if args.baseline == "suggestions" else ec.delete_lines)(case["source"], case, work)
        ok, errors = ec.check(after, edition, ec.kind_of(after) if args.baseline == "delete" else case["kind"], work)
    left = sorted({(d.get("code") or {}).get("code") or "syntax" for d in errors})
    return {"id": case["id"], "code": case["code"], "verdict": ec.judge(case["source"], after, ok), "left": left,
            "note": note, "seconds": round(time.time() - start, 2), "before": case["source"], "after": after}


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--list", action="store_true")
    ap.add_argument("--run", metavar="COMMAND")
    ap.add_argument("--baseline", choices=("suggestions", "delete"))
    ap.add_argument("--only", help="regular expression over ids")
    ap.add_argument("--jobs", type=int, default=1)
    ap.add_argument("--timeout", type=float, default=60)
    ap.add_argument("--out", help="write one JSON object a line: id, verdict, source before and after")
    args = ap.parse_args()
    cases = [c for c in collect() if not args.only or re.search(args.only, c["id"])]
    if args.list or not (args.run or args.baseline):
        for case in cases:
            print(case["id"], case["code"], case["edition"], case["kind"])
        print(len(cases), "listings")
        return
    with cf.ThreadPoolExecutor(args.jobs) as pool:
        results = list(pool.map(lambda c: one(c, args), cases))
    if args.out:
        pathlib.Path(args.out).write_text("".join(json.dumps(r) + "\n" for r in results))
    for r in results:
        if r["verdict"] != "good":
            print(r["id"], r["code"], r["verdict"], " ".join(r["left"]), r["note"])
    count, n = collections.Counter(r["verdict"] for r in results), max(1, len(results))
    compiles = len(results) - count["fails"]
    print(f"{len(results)} listings; compiles {compiles} ({100 * compiles / n:.1f} %); good {count['good']} "
          f"({100 * count['good'] / n:.1f} %: nothing deleted, stubbed or silenced); stubbed {count['stubbed']}, "
          f"gutted {count['gutted']}, added unwrap/unsafe/panic {count['escaped']}; "
          f"{sum(r['seconds'] for r in results) / n:.2f} s each")


if __name__ == "__main__":
    main()
