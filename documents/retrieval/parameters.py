"""How a search is made: what an owner may set for a chatbot and try on the bench."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

MODES = ("hybrid", "vector", "text")
MOST = 50  # passages that can be asked for
MEANING = 0.5  # figures in docs/rag.md


@dataclass(frozen=True)
class Parameters:
    top_k: int = 5
    mode: str = "hybrid"
    meaning: float = MEANING  # weight of the vector leg in the fusion; words have up to the rest
    depth: int = 50  # candidates a leg hands to the fusion
    minimum: float = 0.0  # passages below this part of the best score are left out
    rerank_model: str = ""  # empty: the installation's, if it has one; "none": none

    # Every candidate comes back, for whoever looks closer: no other search for that.
    whole: bool = field(default=False, compare=False)

    @property
    def weight_of_meaning(self) -> float:
        return {"vector": 1.0, "text": 0.0}.get(self.mode, self.meaning)

    @property
    def candidates(self) -> int:
        """A leg's, so many that enough are left when near-duplicates have moved back."""
        return max(self.depth, self.top_k + 10)

    @property
    def rows(self) -> int:
        """Those that come back with text: enough to rerank, and to pass over near-duplicates."""
        everything = 2 * self.candidates
        return everything if self.whole else min(everything, 4 * self.top_k + 30)

    def as_json(self) -> dict[str, Any]:
        return {
            "top_k": self.top_k,
            "mode": self.mode,
            "meaning": self.meaning,
            "depth": self.depth,
            "minimum": self.minimum,
            "rerank_model": self.rerank_model,
        }
