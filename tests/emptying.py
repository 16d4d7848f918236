"""The database between tests that commit: empty but for plans, prices and what may be permitted.

Deleting the few rows there are takes 5 milliseconds; `flush` makes every table, index and
permission anew, which takes 100 and happens hundreds of times.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from django.apps import apps
from django.db import OperationalError, connection
from django.db.models.signals import post_migrate
from psycopg.errors import DeadlockDetected

from accounts.tenancy import OWNER_ROLE, system
from config.embedded import postgres

KEPT = {"django_content_type", "auth_permission"}
ATTEMPTS = 5
GRAPHS = "documents_documentchunk"  # deleted passages would stay in them until a vacuum


def permit(data: Path) -> None:
    """Rows go without the triggers that count them or refuse it, in any order."""
    with psycopg.connect(**postgres._superuser(data)) as superuser:
        superuser.execute(f"GRANT SET ON PARAMETER session_replication_role TO {OWNER_ROLE}")


def empty(*_: Any, **__: Any) -> None:
    """In the place of `flush`. A server that is still at work may hold what we wait for and wait
    for what we hold: PostgreSQL then breaks one of us off, and we begin anew."""
    for attempt in range(ATTEMPTS):
        try:
            _empty()
        except OperationalError as error:
            if attempt + 1 == ATTEMPTS or not isinstance(error.__cause__, DeadlockDetected):
                raise
        else:
            return


def _empty() -> None:
    billing = apps.get_app_config("billing")
    with system():
        with connection.cursor() as cursor:
            cursor.execute(_statements())
            cursor.execute("SELECT pg_relation_size(%s)", [GRAPHS])
            if cursor.fetchone()[0]:
                cursor.execute(f"TRUNCATE {GRAPHS}")
            cursor.execute("SET LOCAL session_replication_role = origin")
        post_migrate.send(billing, app_config=billing, using="default", verbosity=0)


@cache
def _statements() -> str:
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    tables = [f'"{name}"' for name in names if name not in {*KEPT, GRAPHS}]
    # As TRUNCATE does: who is about to write is waited for, and their rows go too.
    lock = f"LOCK TABLE {', '.join(tables)}, {GRAPHS} IN ACCESS EXCLUSIVE MODE"
    deletes = [f"DELETE FROM {table}" for table in tables]
    return "; ".join([lock, "SET LOCAL session_replication_role = replica", *deletes])
