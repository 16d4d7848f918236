"""Page numbers as a person writes them."""

from __future__ import annotations

from collections.abc import Iterable


def in_runs(pages: Iterable[int]) -> str:
    """2–4, 7"""
    runs: list[list[int]] = []
    for page in sorted(pages):
        if runs and page == runs[-1][1] + 1:
            runs[-1][1] = page
        else:
            runs.append([page, page])
    return ", ".join(f"{first}–{last}" if last > first else f"{first}" for first, last in runs)
