"""The search functions as they were before the words moved into sparse vectors, on a copy."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import psycopg

MOST = 100_000  # passages; the copy's indexes take long to make
MIGRATION = import_module("documents.migrations.0005_search_in_a_generation")
MANY = 5_000
COPY = """
    CREATE SCHEMA before;
    CREATE TABLE before.documents_documentchunk AS
        SELECT c.id, owner_id, generation_id, document_id, enabled, embedding,
               to_tsvector('simple', content) AS content_tsv, s.many AS indexed
        FROM public.documents_documentchunk c JOIN (
            SELECT owner_id, count(*) > 5000 AS many FROM public.documents_documentchunk GROUP BY 1
        ) s USING (owner_id) ORDER BY c.id;
    CREATE UNIQUE INDEX ON before.documents_documentchunk (id);
    CREATE INDEX ON before.documents_documentchunk (owner_id, generation_id, document_id);
    CREATE INDEX ON before.documents_documentchunk (owner_id, generation_id) WHERE NOT indexed;
    CREATE INDEX ON before.documents_documentchunk USING gin (content_tsv);
    CREATE INDEX ON before.documents_documentchunk USING hnsw (embedding halfvec_cosine_ops)
        WITH (m = 16, ef_construction = 64) WHERE indexed;
    VACUUM ANALYZE before.documents_documentchunk;
"""
NEAR = "SELECT * FROM before.documents_nearest(%s, %s::halfvec, %s, NULL, 50, %s)"
MATCHING = "SELECT * FROM before.documents_matching(%s, %s, %s, NULL, 50)"


def prepare(superuser: dict[str, Any]) -> Callable[..., float]:
    """How to ask it: owner and question → milliseconds of CPU for both legs, without the fusion."""
    from benchmarks.searched import spent
    from documents import generations

    database = psycopg.connect(**superuser, autocommit=True)
    if not database.execute("SELECT to_regnamespace('before')").fetchone()[0]:
        make(database)
    generation = generations.present().pk

    def ask(owner: Any, asked: Any) -> float:
        database.execute("SELECT set_config('app.owners', %s, false)", [f"{{{owner}}}"])
        used = spent(database.info.backend_pid)
        database.execute(NEAR, [owner, asked.vector, generation, MANY]).fetchall()
        database.execute(MATCHING, [owner, list(asked.query.weights), generation]).fetchall()
        return spent(database.info.backend_pid) - used

    return ask


def make(database: psycopg.Connection[Any]) -> None:
    for statement in COPY.split(";"):
        if statement.strip():
            database.execute(statement)
    for function in (MIGRATION.NEAREST, MIGRATION.MATCHING):
        function = function.replace("FUNCTION documents_", "FUNCTION before.documents_")
        database.execute(function.replace("search_path = public", "search_path = before, public"))
