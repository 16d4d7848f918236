"""The candidates of both legs, fused, in one statement (`documents_search`, migration 0009).

It runs past the row policies, whose operators would cost the indexes, and checks the owner itself.
"""

from __future__ import annotations

import re
from typing import Any

from accounts import tenancy
from documents import lexical
from documents.models import EmbeddingGeneration
from documents.retrieval.found import Passage
from documents.retrieval.parameters import Parameters
from documents.retrieval.scopes import SearchScope
from language.queries import Query

# Up to so many passages in scope are scanned: that is complete, and hardly slower than the indexes.
EXACT_BELOW = 5_000
OF_A_NAME = 0.2  # of the weight that meaning has in other questions
CALL = """SELECT chunk_id, document_id, document_name, content, page, section, start_char, end_char,
    score, similarity, lexical, near_rank, matching_rank, has_phrase, original
    FROM documents_search(%s, %s, %s::halfvec, %s::int[], %s::real[], %s::text[], {documents},
                          %s, %s, %s, %s)"""

FITTING = """documents_fitting(%s, %s::uuid[], %s::varchar[], %s::varchar[], %s::varchar[],
                                %s::timestamptz, %s::timestamptz)"""

# PostgreSQL's expressions have a meaning for punctuation alone, and know where words begin and end;
# scripts without spaces have no such places.
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
_LATIN = re.compile(r"[A-Za-z0-9\u00c0-\u024f]")


def candidates(
    scope: SearchScope,
    generation: EmbeddingGeneration,
    query: Query,
    vector: str | None,
    parameters: Parameters,
) -> list[Passage]:
    """All of them, best first. `vector` is a halfvec in PostgreSQL's notation, None without one."""
    terms, weights = lexical.asked(query.weights) if parameters.mode != "vector" else ([], [])
    depth = parameters.candidates
    documents, those = _documents(scope)
    asked: list[Any] = [
        *(scope.owner_id, generation.pk, vector, terms, weights, _patterns(query)),
        *those,
        *(depth, parameters.rows, _meaning(query, parameters), EXACT_BELOW),
    ]
    rows = tenancy.select(scope.owner_id, CALL.format(documents=documents), asked)
    return [Passage(*row) for row in rows]


def _meaning(query: Query, parameters: Parameters) -> float:
    """Next to nothing is like a number or a name, so any passage is about as far from it as any
    other: who has it comes first. Where words count nothing it stays so."""
    weight = parameters.weight_of_meaning
    return weight * OF_A_NAME if query.is_name and weight < 1 else weight


def _documents(scope: SearchScope) -> tuple[str, list[Any]]:
    """SQL for the ids of the documents in scope, NULL for all. What filters ask is resolved in the
    same statement: thousands of ids need not travel."""
    chosen = None if scope.document_ids is None else list(scope.document_ids)
    if not scope.filters:
        return "%s::uuid[]", [chosen]
    asked = scope.filters
    lists = [list(one) or None for one in (asked.tags, asked.mime_types, asked.languages)]
    return FITTING, [scope.owner_id, chosen, *lists, asked.added_from, asked.added_to]


def _patterns(query: Query) -> list[str] | None:
    """The quoted phrases as regular expressions: as they stand, white space in them any."""
    return [_literal(phrase) for phrase in query.phrases] or None


def _literal(phrase: str) -> str:
    words = r"\s+".join(_PUNCTUATION.sub(r"\\\g<0>", word) for word in phrase.split())
    begins, ends = (_LATIN.match(phrase[place]) for place in (0, -1))
    return (r"\m" if begins else "") + words + (r"\M" if ends else "")
