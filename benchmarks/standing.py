"""How the figures of all sets stand: one table, the half not chosen with, and the lines to hold."""

from __future__ import annotations

import random
from collections.abc import Mapping
from statistics import fmean

from benchmarks import tables

Figures = Mapping[str, list[float]]  # column → one figure a question

COLUMNS = ("text", "vector", "RRF", "hybrid")
BELOW_A_LEG = 0.005
SEED = 5
# nDCG@10 of BM25 by words or trigrams, the better, and of the best reciprocal rank fusion with
# vectors of a small model (Cranfield and SciFact: all-MiniLM-L6-v2, else multilingual-e5-small;
# XQuAD over every third question), measured in November 2026 with bm25s and exact search.
BM25 = {
    **{"cranfield": 0.360, "scifact": 0.679, "xquad_ar": 0.949, "xquad_en": 0.961},
    **{"xquad_hi": 0.960, "xquad_th": 0.968, "xquad_zh": 0.879},
}
FUSED = {
    **{"cranfield": 0.410, "scifact": 0.718, "xquad_ar": 0.961, "xquad_en": 0.974},
    **{"xquad_hi": 0.961, "xquad_th": 0.971, "xquad_zh": 0.907},
}


def show(sets: Mapping[str, Figures]) -> None:
    _whole(sets)
    _halves(sets)
    for line, holds in lines(sets):
        print(f"{'holds ' if holds else 'FAILS '} {line}")


def mean(figures: Figures, column: str) -> float:
    return fmean(figures[f"{column}: nDCG"])


def _whole(sets: Mapping[str, Figures]) -> None:
    rows = [["nDCG@10 / recall@10", "questions", *COLUMNS]]
    for name, figures in sets.items():
        pairs = [(mean(figures, c), fmean(figures[f"{c}: recall"])) for c in COLUMNS]
        shown = [f"{ndcg:.3f} / {recall:.3f}" for ndcg, recall in pairs]
        rows.append([name, str(len(figures["text: nDCG"])), *shown])
    over = [
        [fmean(fmean(figures[f"{c}: {of}"]) for figures in sets.values()) for c in COLUMNS]
        for of in ("nDCG", "recall")
    ]
    rows.append(["mean", "", *(f"{n:.3f} / {r:.3f}" for n, r in zip(*over, strict=True))])
    print()
    tables.show(rows)


def _halves(sets: Mapping[str, Figures]) -> None:
    """Constants were chosen with one half of each set's questions; the other tells what to
    expect."""
    rows = [["nDCG@10, chosen with | other half", *COLUMNS]]
    for name, figures in sets.items():
        shown = []
        for column in COLUMNS:
            chosen, other = halves(figures[f"{column}: nDCG"])
            shown.append(f"{fmean(chosen):.3f} | {fmean(other):.3f}")
        rows.append([name, *shown])
    print()
    tables.show(rows)
    print()


def halves(values: list[float]) -> tuple[list[float], list[float]]:
    order = list(range(len(values)))
    random.Random(SEED).shuffle(order)
    middle = len(order) // 2
    return [values[at] for at in order[:middle]], [values[at] for at in order[middle:]]


def lines(sets: Mapping[str, Figures]) -> list[tuple[str, bool]]:
    found = []
    for name, figures in sets.items():
        text, vector, ranks, hybrid = (mean(figures, column) for column in COLUMNS)
        best = max(text, vector)
        said = f"{name}: hybrid {hybrid:.3f}, best leg {best:.3f}"
        found.append((said, hybrid >= best - BELOW_A_LEG))
        found.append((f"{name}: hybrid {hybrid:.3f}, RRF here {ranks:.3f}", hybrid >= ranks))
        for what, value, other in (("hybrid", hybrid, FUSED), ("text", text, BM25)):
            if name in other:
                said = f"{name}: {what} {value:.3f}, measured elsewhere {other[name]:.3f}"
                found.append((said, round(value, 3) >= other[name]))
    over = {column: fmean(mean(figures, column) for figures in sets.values()) for column in COLUMNS}
    said = f"mean: hybrid {over['hybrid']:.4f}, text {over['text']:.4f}, vector"
    said += f" {over['vector']:.4f}"
    found.append((said, over["hybrid"] > max(over["text"], over["vector"])))
    return found
