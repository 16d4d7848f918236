"""The wall between tenants: who may see whose rows, said to PostgreSQL once per transaction.

Row-level policies compare a row's owner with the list `app.owners`. `scope()` sets that list,
`system()` steps around it for upkeep. Outside both, tenant tables look empty.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection, transaction

if TYPE_CHECKING:
    from accounts.models import User

OWNER_ROLE = "kyro_owner"
APP_ROLE = "kyro_app"


def visible_owners(actor: User | UUID | Set[UUID]) -> tuple[str, Any]:
    """Whose rows this actor may reach, as an SQL expression and its parameter.

    A person reaches their own and those of the owners of projects they are a member of; ids mean
    exactly those owners.
    """
    if isinstance(actor, Set):  # not Collection: a request's lazy user looks like one
        return "%s", "{" + ",".join(map(str, actor)) + "}"
    if isinstance(actor, UUID):
        return "%s", f"{{{actor}}}"
    return "accounts_owners_of(%s)::text", actor.pk


@contextmanager
def scope(actor: User | UUID | Set[UUID]) -> Iterator[None]:
    """A transaction in which tenant tables show the actor's rows and nothing else."""
    with transaction.atomic(), _local_setting("app.owners", *visible_owners(actor)):
        yield


def select(
    actor: User | UUID | Set[UUID], statement: str, parameters: Sequence[Any]
) -> list[tuple[Any, ...]]:
    """The rows of one statement in the actor's scope, for one message to the database.

    What `scope` takes four for travels together, and PostgreSQL runs it as one transaction
    (https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-MULTI-STATEMENT).
    """
    if connection.in_atomic_block:
        with scope(actor), connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return list(cursor.fetchall())
    owners, actor_id = visible_owners(actor)
    both = f"SELECT set_config('app.owners', {owners}, true); {statement}"
    with connection.cursor() as cursor:
        cursor.execute(both, [actor_id, *parameters])
        cursor.nextset()
        return list(cursor.fetchall())


@contextmanager
def system() -> Iterator[None]:
    """A transaction as the tables' owner, past every policy: for upkeep and staff only."""
    with transaction.atomic(), _local_setting("role", "%s", OWNER_ROLE):
        yield


@contextmanager
def _local_setting(name: str, expression: str, parameter: Any) -> Iterator[None]:
    """Set a value for this transaction; inside an outer block, put the old one back after.

    Leaving a savepoint keeps SET LOCAL, so a nested block has to undo it by hand. An error needs
    no undoing: rolling back takes the setting along.
    """
    nested = len(connection.savepoint_ids) > 0
    with connection.cursor() as cursor:
        if nested:
            cursor.execute("SELECT current_setting(%s, true)", [name])
            before = cursor.fetchone()[0] or ""
        cursor.execute(f"SELECT set_config(%s, {expression}, true)", [name, parameter])
        yield
        if nested and not connection.needs_rollback:
            cursor.execute("SELECT set_config(%s, %s, true)", [name, before])


def refuse_unsafe_role() -> str | None:
    """Why the database role of this process must not serve tenants, or None when it may."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT current_user, rolsuper OR rolbypassrls,
                   EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                           WHERE c.relowner = r.oid AND c.relkind IN ('r', 'p')
                             AND n.nspname = 'public')
            FROM pg_roles r WHERE rolname = current_user
            """
        )
        role, above_policies, owns_tables = cursor.fetchone()
    if above_policies:
        return f"The database role {role} is above row-level security. Use a role that is not."
    if owns_tables:
        return f"The database role {role} owns tables, so policies do not bind it."
    return None
