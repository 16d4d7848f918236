"""Migration operations that PostgreSQL has and Django lacks: policies, month partitions, rights."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from accounts.tenancy import APP_ROLE


class TableOperation(Operation):
    """SQL on the table of one model; `forwards` and `backwards` are templates with {table}."""

    reversible = True
    forwards = ""
    backwards = ""

    def __init__(self, model: str, **values: str) -> None:
        self.model = model
        self.values = values

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__name__, [self.model], self.values

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The Django state does not change."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        self._run(self.forwards, app_label, schema_editor, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        self._run(self.backwards, app_label, schema_editor, from_state)

    def _run(
        self, sql: str, app_label: str, editor: BaseDatabaseSchemaEditor, state: ProjectState
    ) -> None:
        table = state.apps.get_model(app_label, self.model)._meta.db_table
        if sql:
            editor.execute(sql.format(table=table, app=APP_ROLE, **self.values), params=None)

    def describe(self) -> str:
        return f"{self.__class__.__name__} on {self.model}"


class OwnerPolicy(TableOperation):
    """Rows are seen and written only by their owner. Enabled, not forced: upkeep passes by role."""

    def __init__(self, model: str, column: str = "owner_id") -> None:
        super().__init__(model, column=column)

    forwards = """
        ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
        CREATE POLICY owners ON {table}
            USING ({column} = ANY ((SELECT app_owners())::uuid[]))
            WITH CHECK ({column} = ANY ((SELECT app_owners())::uuid[]));
    """
    backwards = """
        DROP POLICY owners ON {table};
        ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
    """


class AppendOnly(TableOperation):
    """The application may add and read rows, never change or remove them."""

    forwards = "REVOKE UPDATE, DELETE ON {table} FROM {app};"
    backwards = "GRANT UPDATE, DELETE ON {table} TO {app};"


class ReadOnly(TableOperation):
    """Only staff and upkeep write; the application reads."""

    forwards = "REVOKE INSERT, UPDATE, DELETE ON {table} FROM {app};"
    backwards = "GRANT INSERT, UPDATE, DELETE ON {table} TO {app};"


class PartitionByMonth(TableOperation):
    """Turn a table just made (and still empty) into one partitioned by month of created_at.

    Place it right after CreateModel and before any AddIndex. Months are added by
    `accounts.partitions`; until then rows land in the DEFAULT partition.
    """

    forwards = """
        ALTER TABLE {table} RENAME TO {table}_plain;
        CREATE TABLE {table} (
            LIKE {table}_plain INCLUDING DEFAULTS INCLUDING CONSTRAINTS,
            PRIMARY KEY (id, created_at)
        ) PARTITION BY RANGE (created_at);
        DROP TABLE {table}_plain;
        CREATE TABLE {table}_default PARTITION OF {table} DEFAULT;
        REVOKE ALL ON {table}_default FROM {app};
    """


def tables_partitioned_by_month(cursor: Any) -> list[str]:
    cursor.execute(
        "SELECT relname FROM pg_partitioned_table p JOIN pg_class c ON c.oid = p.partrelid"
        " ORDER BY relname"
    )
    return [row[0] for row in cursor.fetchall()]
