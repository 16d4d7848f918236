"""A counter by which splitting ends in time, whatever the text: it is asked every few hundred
atoms."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from documents.chunking.atoms import Counter
from documents.extraction import reasons
from documents.extraction.limits import Limits


class BoundedCounter:
    """Make it in the thread that splits: the seconds it computes are counted from here.

    Raises ExtractionError once they are used up, and what `check` raises.
    """

    def __init__(self, counter: Counter, limits: Limits, check: Callable[[], None]) -> None:
        self.max_tokens = counter.max_tokens
        self._counter, self._limits, self._check = counter, limits, check
        self._ends = time.thread_time() + limits.cpu_seconds

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        self._check()
        if time.thread_time() > self._ends:
            raise reasons.too_much_computing(self._limits)
        return self._counter.count_tokens(texts)
