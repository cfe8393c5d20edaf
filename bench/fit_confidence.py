#!/usr/bin/env python3
"""Fits the weights of src/scaffold/confidence.cpp by logistic regression and prints them.

usage: template_evidence SET.jsonl... | fit_confidence.py [--without-vectors] [--hold K]

A row is right when the nearest template was an expected one. Programs that no template makes are wrong, whatever was
nearest. The sets, the asks left out, and the programs that nothing makes count alike in sum (a class weight), so that the
many asks do not decide. K-fold cross-validation says what 0.5 accepts.
"""
import argparse
import math
import sys


def rows(lines, vectors):
    for line in lines:
        _, kind, right, share, known, margin, cosine, _, _ = line.rstrip("\n").split("\t")
        features = [1.0, float(share), float(known), float(margin)] + ([float(cosine)] if vectors else [])
        yield kind, int(right), features


def solve(matrix, vector):
    n = len(vector)
    a = [row[:] + [v] for row, v in zip(matrix, vector)]
    for i in range(n):
        pivot = max(range(i, n), key=lambda r: abs(a[r][i]))
        a[i], a[pivot] = a[pivot], a[i]
        for r in range(n):
            if r != i:
                f = a[r][i] / a[i][i]
                a[r] = [x - f * y for x, y in zip(a[r], a[i])]
    return [a[i][n] / a[i][i] for i in range(n)]


def fit(data, weights, ridge=0.3, steps=30):
    """Newton's method."""
    n = len(data[0][1])
    w = [0.0] * n
    for _ in range(steps):
        gradient = [-ridge * v if i else 0.0 for i, v in enumerate(w)]
        hessian = [[ridge if i == j and i else 1e-9 if i == j else 0.0 for j in range(n)] for i in range(n)]
        for (right, x), c in zip(data, weights):
            p = 1 / (1 + math.exp(-max(-30, min(30, sum(a * b for a, b in zip(w, x))))))
            for i in range(n):
                gradient[i] += c * (right - p) * x[i]
                for j in range(n):
                    hessian[i][j] += c * p * (1 - p) * x[i] * x[j]
        w = [a + b for a, b in zip(w, solve(hessian, gradient))]
    return w


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--without-vectors", action="store_true")
    arguments.add_argument("--hold", type=int, default=5)
    given = arguments.parse_args()
    all_rows = list(rows(sys.stdin, not given.without_vectors))
    counts = {kind: sum(k == kind for k, _, _ in all_rows) for kind in ("in", "out", "ask")}
    share = {kind: min(c for c in counts.values() if c) / c if c else 0 for kind, c in counts.items()}
    data = [(right, x) for _, right, x in all_rows]
    weights = [share[kind] for kind, _, _ in all_rows]
    accepted = {kind: [0, 0] for kind in counts}
    for fold in range(given.hold):
        inside = [i for i in range(len(data)) if i % given.hold != fold]
        w = fit([data[i] for i in inside], [weights[i] for i in inside])
        for i in range(fold, len(data), given.hold):
            if sum(a * b for a, b in zip(w, data[i][1])) >= 0:
                accepted[all_rows[i][0]][data[i][0]] += 1
    print("set      rows  nearest right  accepted and right  accepted and wrong")
    for kind, count in counts.items():
        right = sum(r for k, r, _ in all_rows if k == kind)
        print(f"{kind:<8} {count:4}  {right:13}  {accepted[kind][1]:18}  {accepted[kind][0]:18}")
    names = ["constant", "share", "known", "margin", "cosine"]
    for name, value in zip(names, fit(data, weights)):
        print(f"{name:<9} {value:.2f}")


if __name__ == "__main__":
    main()
