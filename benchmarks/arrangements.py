"""Ways to keep passages and graphs of vectors, each a copy of the passages' table of its own.

What is finished notes what its graphs cost in the table's comment, and is not made again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg

from accounts.tenancy import APP_ROLE
from benchmarks.searched import spent
from documents import graph

PARTS = 16  # as documents_graph has
COLUMNS = "id, owner_id, generation_id, document_id, enabled, indexed, lexical, embedding"
BEFORE = f"""
    SET maintenance_work_mem = '1GB';
    SET max_parallel_maintenance_workers = 0;
    SET search_path = arranged, public;
    CREATE SCHEMA IF NOT EXISTS arranged;
    GRANT USAGE ON SCHEMA arranged TO {APP_ROLE};
"""
TABLE = f"""
    DROP TABLE IF EXISTS {{table}};
    CREATE TABLE {{table}} AS SELECT {COLUMNS} FROM public.documents_documentchunk LIMIT 0;
"""
PARTITIONED = """
    DROP TABLE IF EXISTS {table};
    CREATE TABLE {table} (
        id uuid, owner_id uuid, generation_id bigint, document_id uuid, enabled boolean,
        indexed boolean, lexical sparsevec(999999937), embedding halfvec(768)
    ) PARTITION BY HASH (owner_id);
""" + "".join(
    f"CREATE TABLE {{table}}_{number} PARTITION OF {{table}} "
    f"FOR VALUES WITH (MODULUS {PARTS}, REMAINDER {number});"
    for number in range(PARTS)
)
STORED = """
    ALTER TABLE {part} SET (toast_tuple_target = 3000);
    ALTER TABLE {part} ALTER embedding SET STORAGE PLAIN, ALTER lexical SET STORAGE MAIN;
"""
FILLED = f"""
    INSERT INTO {{table}} ({COLUMNS})
    SELECT c.id, c.owner_id, c.generation_id, c.document_id, c.enabled,
           count(*) OVER (PARTITION BY c.owner_id) > {graph.MANY}, c.lexical, c.embedding
    FROM public.documents_documentchunk c ORDER BY c.id;
    CREATE INDEX ON {{table}} (owner_id, generation_id, document_id);
"""
GUARDED = f"""
    ALTER TABLE {{table}} ENABLE ROW LEVEL SECURITY;
    CREATE POLICY owners ON {{table}} USING (owner_id = ANY ((SELECT app_owners())::uuid[]));
    GRANT SELECT ON {{table}} TO {APP_ROLE};
    VACUUM ANALYZE {{table}};
"""
GRAPH = """CREATE INDEX {name} ON {part} USING hnsw (embedding halfvec_cosine_ops)
    WITH (m = {m}, ef_construction = {ef_construction})"""
MEGABYTES = """
    SELECT coalesce(sum(pg_relation_size(c.oid)) FILTER (WHERE a.amname = 'hnsw'), 0) / 1e6,
           sum(pg_relation_size(c.oid)) / 1e6
    FROM pg_class c LEFT JOIN pg_am a ON a.oid = c.relam
    WHERE c.relnamespace = 'arranged'::regnamespace
      AND (c.oid = ANY (%(tables)s::regclass[]) OR c.oid IN
           (SELECT indexrelid FROM pg_index WHERE indrelid = ANY (%(tables)s::regclass[])))
"""


@dataclass(frozen=True)
class Arrangement:
    title: str
    graphs: int = 1
    partitioned: bool = False
    of_large: bool = False
    """Only passages of owners that search does not scan."""
    m: int = 16
    ef_construction: int = 64

    @property
    def table(self) -> str:
        kind = "partitions" if self.partitioned else f"graphs_{self.graphs}"
        return f"arranged.{kind}_{'large' if self.of_large else 'all'}_{self.m}"

    @property
    def parts(self) -> list[str]:
        if not self.partitioned:
            return [self.table]
        return [f"{self.table}_{number}" for number in range(PARTS)]

    def condition(self, in_graph: int | str) -> str:
        """Of the graph that holds an owner's passages, beside the owner."""
        ours = [f"documents_graph(owner_id) = {in_graph}"] if self.graphs > 1 else []
        return " AND ".join((["indexed"] if self.of_large else []) + ours) or "true"

    def definitions(self) -> Iterator[str]:
        """Of the graphs."""
        settings = {"m": self.m, "ef_construction": self.ef_construction}
        for part in self.parts:
            for number in range(self.graphs):
                name = f"graph_{part.removeprefix('arranged.')}_of_{number}"
                index = GRAPH.format(name=name, part=part, **settings)
                yield f"{index} WHERE {self.condition(number)}"


@dataclass(frozen=True)
class Cost:
    """Of making the graphs, and what is on the disk."""

    cpu: float
    seconds: float
    graphs_mb: float
    all_mb: float


def make(superuser: dict[str, Any], arrangement: Arrangement) -> Cost:
    table = arrangement.table
    with psycopg.connect(**superuser, autocommit=True) as database:
        database.execute("SELECT '[1]'::halfvec(1)")  # loads the extension and its settings
        run(database, BEFORE)
        noted = database.execute(
            "SELECT obj_description(to_regclass(%s), 'pg_class')", [table]
        ).fetchone()
        if noted and noted[0]:
            return Cost(**json.loads(noted[0]))
        run(database, (PARTITIONED if arrangement.partitioned else TABLE).format(table=table))
        for part in arrangement.parts:
            run(database, STORED.format(part=part))
        run(database, FILLED.format(table=table))
        used, began = spent(database.info.backend_pid), time.monotonic()
        for definition in arrangement.definitions():
            database.execute(definition)
        cpu = (spent(database.info.backend_pid) - used) / 1000
        seconds = time.monotonic() - began
        run(database, GUARDED.format(table=table))
        sizes = database.execute(MEGABYTES, {"tables": arrangement.parts}).fetchone()
        cost = Cost(cpu, seconds, *map(float, sizes or (0, 0)))
        database.execute(f"COMMENT ON TABLE {table} IS '{json.dumps(vars(cost))}'")
        return cost


def run(database: psycopg.Connection[Any], statements: str) -> None:
    for statement in statements.split(";"):
        if statement.strip():
            database.execute(statement)
