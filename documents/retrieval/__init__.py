"""Search: vectors and words, fused; complete whatever the filter."""

from documents.retrieval.found import Passage, Search
from documents.retrieval.parameters import MODES, Parameters
from documents.retrieval.scopes import SearchScope
from documents.retrieval.searching import retrieve, search

__all__ = ["MODES", "Parameters", "Passage", "Search", "SearchScope", "retrieve", "search"]
