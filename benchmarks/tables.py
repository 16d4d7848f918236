"""Small tables on a terminal."""

from __future__ import annotations

import statistics
from collections.abc import Sequence


def show(rows: Sequence[Sequence[str]]) -> None:
    """Columns as wide as they need to be; the first is left, the others right aligned."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for first, *others in rows:
        cells = [first.ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        print("  ".join(cells), flush=True)


def quantile(values: Sequence[float], share: float) -> float:
    """Linear interpolation between the nearest two; `share` from 0 to 1."""
    if len(values) < 2:
        return values[0]
    return statistics.quantiles(values, n=1000, method="inclusive")[round(share * 1000) - 1]
