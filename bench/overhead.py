#!/usr/bin/env python3
"""What the engine costs beside the compiler calls that it makes.

usage: overhead.py [--rounds 5] [--binary build/bin/rustcoder] [--realtime]

About twenty small programs, each with one or two faults, are repaired by `rustcoder fix --json`. The whole life of the
process (start, search, last file removed) is divided by the time during which at least one cargo or rustc was running,
as the process itself records it (costs.compiler_busy_ms): parallel calls do not count twice, so the ratio cannot be
flattered by them. The median over programs of the median over rounds is the figure. --realtime runs each repair above
all other work of the machine (chrt, needs root): for a machine that others use too.
"""
import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

SHAPES = """use std::collections::HashMap;
use std::fmt;

#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    Circle { radius: f64 },
    Rect { width: f64, height: f64 },
}

impl Shape {
    pub fn area(&self) -> f64 {
        match self {
            Shape::Circle { radius } => 3.14 * radius * radius,
            Shape::Rect { width, height } => width * height,
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "shape of area {:.2}", self.area())
    }
}

pub fn by_kind(shapes: &[Shape]) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for shape in shapes {
        let kind = match shape {
            Shape::Circle { .. } => "circle",
            Shape::Rect { .. } => "rect",
        };
        *counts.entry(kind.to_string()).or_insert(0) += 1;
    }
    counts
}

pub fn largest(shapes: &[Shape]) -> Option<&Shape> {
    let mut best: Option<&Shape> = None;
    for shape in shapes {
        if best.map_or(true, |b| shape.area() > b.area()) {
            best = Some(shape);
        }
    }
    best
}

fn main() {
    let shapes = vec![Shape::Circle { radius: 2.0 }, Shape::Rect { width: 3.0, height: 4.0 }];
    let total: f64 = shapes.iter().map(|s| s.area()).sum();
    println!("total {total:.1}");
    if let Some(shape) = largest(&shapes) {
        println!("largest: {shape}");
    }
    let copy = shapes.clone();
    println!("{} kinds of {}", by_kind(&copy).len(), shapes.len());
}
"""

# name, text as it should be, text as it is
FAULTS = [
    ("paren", 'println!("total {total:.1}");', 'println!("total {total:.1}";'),
    ("semicolon", "let copy = shapes.clone();", "let copy = shapes.clone()"),
    ("brace", "    best\n}", "    best\n"),
    ("import", "use std::collections::HashMap;\n", ""),
    ("import-fmt", "use std::fmt;\n", ""),
    ("derive", "#[derive(Debug, Clone, PartialEq)]\n", "#[derive(Debug, PartialEq)]\n"),
    ("misspelt", "largest(&shapes) {", "larget(&shapes) {"),
    ("method", ".or_insert(0)", ".or_inser(0)"),
    ("borrow", "by_kind(&copy)", "by_kind(copy)"),
    ("mut", "let mut counts", "let counts"),
    ("field", "Shape::Rect { width: 3.0, height: 4.0 }", "Shape::Rect { width: 3.0, heigth: 4.0 }"),
    ("arm", '            Shape::Rect { .. } => "rect",\n', ""),
    ("some", "best = Some(shape);", "best = shape;"),
    ("string", "kind.to_string()", "kind"),
    ("keyword", "pub fn largest", "pub func largest"),
    ("colon", "Shape::Circle { radius: 2.0 }", "Shape:Circle { radius: 2.0 }"),
    ("float", "radius: 2.0", "radius: 2"),
    ("self", "self.area())", "area())"),
    ("equals", "let total: f64 = shapes", "let total: f64 == shapes"),
    ("moved", "let copy = shapes.clone();", "let copy = shapes;"),
]


def once(command: list[str], project: Path) -> dict:
    start = time.perf_counter()
    done = subprocess.run(command + ["fix", str(project), "--json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    wall = 1000 * (time.perf_counter() - start)
    evidence = json.loads(done.stdout)
    return {"wall": wall, "verdict": evidence["verdict"], **evidence["costs"]}


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--binary", type=Path, default=ROOT / "build/bin/rustcoder")
    arguments.add_argument("--realtime", action="store_true")
    given = arguments.parse_args()
    command = (["chrt", "-r", "1"] if given.realtime else []) + [str(given.binary)]
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        for name, right, wrong in FAULTS:
            if right not in SHAPES:
                sys.exit(f"overhead: the program has no text for {name}")
            project = Path(scratch) / name
            (project / "src").mkdir(parents=True)
            (project / "Cargo.toml").write_text('[package]\nname = "shapes"\nversion = "0.1.0"\nedition = "2021"\n')
            (project / "src/main.rs").write_text(SHAPES.replace(right, wrong, 1))
            runs = [once(command, project) for _ in range(given.rounds + 1)][1:]  # the first warms the page cache
            middle = lambda key: statistics.median(r[key] for r in runs)
            ratio = statistics.median(r["wall"] / max(1, r["compiler_busy_ms"]) for r in runs)
            rows.append((name, runs[0]["verdict"], middle("wall"), middle("compiler_busy_ms"), ratio, middle("cargo_calls"),
                         middle("rustc_calls")))
    print("| fault | verdict | wall ms | compiler busy ms | ratio | cargo | rustc |\n|---|---|---|---|---|---|---|")
    for r in rows:
        print(f"| {r[0]} | {r[1]} | {r[2]:.0f} | {r[3]:.0f} | {r[4]:.3f} | {r[5]:.0f} | {r[6]:.0f} |")
    column = lambda i: statistics.median(r[i] for r in rows)
    fixed = sum(r[1] == "fixed" for r in rows)
    print(f"| **median** ({fixed} of {len(rows)} fixed) | | {column(2):.0f} | {column(3):.0f} | **{column(4):.3f}** | "
          f"{column(5):.0f} | {column(6):.0f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
