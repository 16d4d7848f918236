"""Which index each leg reads, in the function's own words, and what policies would make of it."""

from importlib import import_module

import numpy as np
import pytest
from django.db import connection

from accounts.tenancy import scope, system
from documents import generations, graph
from documents.lexical import number_of
from documents.models import DocumentChunk
from documents.tests.library import add_passages
from documents.vectors import halves

pytestmark = pytest.mark.django_db
LEGS = import_module("documents.migrations.0009_lexical").LEGS
VECTOR = next(iter(halves(np.eye(1, 768, dtype=np.float32)))).to_text()


def statement(begins, ends):
    start = LEGS.index(begins)
    return LEGS[start : LEGS.index(ends, start) + len(ends)]


NEAR = statement("SELECT c.id, c.embedding <=> p_vector AS distance", "LIMIT p_depth")
BESIDE = statement("SELECT c.id, c.embedding <=> p_vector FROM", "LIMIT p_depth")
MATCHING = statement("SELECT c.id, c.lexical <#> p_words AS distance", "LIMIT looked_at")


@pytest.fixture
def library(owner):
    """900 passages in the indexes, 100 beside them; one in fifty has a rare word."""
    add_passages(owner, 1000, words=lambda n: ["common", *(["rare"] if n % 50 == 0 else [])])
    with system(), connection.cursor() as cursor:
        DocumentChunk.objects.filter(chunk_index__lt=900).update(indexed=True)
        cursor.execute(graph.ANALYZE)
    return owner


def plan(user, sql, within=system):
    values = {
        "p_owner": f"'{user.pk}'::uuid",
        "p_generation": f"{generations.present().pk}::bigint",
        "p_vector": f"'{VECTOR}'::halfvec",
        "p_words": f"'{{{number_of('rare')}:1}}/999999937'::sparsevec",
        "p_common": "NULL",
        "p_documents": "NULL::uuid[]",
        "p_depth": "50",
        "looked_at": "5000",
        "&& rare": f"&& ARRAY[documents_owned_term('{user.pk}', {number_of('rare')})]",
    }
    for name, value in {"in_graph": "documents_graph(p_owner)", **values}.items():
        sql = sql.replace(name, value)
    with within(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL hnsw.iterative_scan = relaxed_order")
        cursor.execute("EXPLAIN " + sql)
        return "\n".join(row[0] for row in cursor.fetchall())


def test_each_leg_reads_its_index(library):
    """The graph of its owner; the lists of rare terms alone; the index of what is beside."""
    with system(), connection.cursor() as cursor:
        cursor.execute("SELECT documents_graph(%s)", [library.pk])
        (number,) = cursor.fetchone()
    assert f"Index Scan using chunk_graph_{number} on" in plan(library, NEAR)
    matching, beside = plan(library, MATCHING), plan(library, BESIDE)
    assert "Bitmap Index Scan on chunk_terms" in matching
    assert "BitmapAnd" not in matching
    assert "chunk_not_indexed" in beside
    assert "chunk_graph" not in beside
    # Operators that might give a row away are not asked before the policy: that is why the function
    # runs past it and checks the owner itself.
    assert "chunk_terms" not in plan(library, MATCHING, within=lambda: scope(library))
