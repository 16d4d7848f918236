"""The candidates of both legs, fused, in one statement (`documents_search`, migration 0009).

It runs past the row policies, whose operators would cost the indexes, and checks the owner itself.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

from documents import lexical
from documents.models import EmbeddingGeneration
from documents.retrieval.found import Passage
from documents.retrieval.parameters import Parameters
from documents.retrieval.scopes import SearchScope
from language.queries import Query

# Up to so many passages in scope one scan is complete and as fast as the indexes.
EXACT_BELOW = 2_000
CALL = """SELECT chunk_id, document_id, document_name, content, page, section, start_char, end_char,
    score, similarity, lexical, near_rank, matching_rank, has_phrase, original
    FROM documents_search(%s, %s, %s::halfvec, %s::int[], %s::real[], %s::text[], %s::uuid[],
                          %s, %s, %s, %s)"""


def candidates(
    scope: SearchScope,
    generation: EmbeddingGeneration,
    query: Query,
    vector: str | None,
    parameters: Parameters,
) -> list[Passage]:
    """All of them, best first. `vector` is a halfvec in PostgreSQL's notation; None: words alone.
    Call it in the owner's scope."""
    terms, weights = lexical.asked(query.weights) if parameters.mode != "vector" else ([], [])
    depth = parameters.candidates
    asked: list[Any] = [
        *(scope.owner_id, generation.pk, vector, terms, weights, _patterns(query)),
        None if scope.document_ids is None else list(scope.document_ids),
        *(depth, 2 * depth, parameters.weight_of_meaning, EXACT_BELOW),
    ]
    with connection.cursor() as cursor:
        cursor.execute(CALL, asked)
        return [Passage(*row) for row in cursor.fetchall()]


def _patterns(query: Query) -> list[str] | None:
    """The quoted phrases for ILIKE; white space in them is any."""
    patterns = []
    for phrase in query.phrases:
        literal = phrase.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
        patterns.append("%" + "%".join(literal.split()) + "%")
    return patterns or None
