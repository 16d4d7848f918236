"""Month partitions of the append-only tables: made ahead, and DEFAULT emptied into them."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

from django.db import connection
from django.utils import timezone

from accounts.operations import tables_partitioned_by_month
from accounts.tenancy import APP_ROLE, system


def months(first: dt.date, count: int) -> list[tuple[dt.date, dt.date]]:
    """`count` (first day, first day of the next month) pairs from the month of `first` on."""
    starts = [
        dt.date(first.year + (first.month - 1 + step) // 12, (first.month - 1 + step) % 12 + 1, 1)
        for step in range(count + 1)
    ]
    return list(pairwise(starts))


def make_partitions(ahead: int = 3) -> None:
    """Make this month and the next ones for every partitioned table."""
    with system(), connection.cursor() as cursor:
        for table in tables_partitioned_by_month(cursor):
            cursor.execute(f"SELECT min(created_at)::date FROM {table}_default")  # noqa: S608
            oldest = cursor.fetchone()[0]
            today = timezone.now().date()
            first = min(oldest or today, today)
            span = (today.year - first.year) * 12 + today.month - first.month
            for start, end in months(first, span + ahead):
                _make_month(cursor, table, start, end)


def _make_month(cursor, table: str, start: dt.date, end: dt.date) -> None:
    """One month's partition; rows of that month waiting in DEFAULT move in the same transaction."""
    name = f"{table}_{start:%Y_%m}"
    cursor.execute("SELECT to_regclass(%s)", [name])
    if cursor.fetchone()[0]:
        return
    # Filled before it is attached: an insert through the table would fire the triggers again, and
    # chain audit rows anew.
    cursor.execute(f"CREATE TABLE {name} (LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")
    cursor.execute(
        f"WITH gone AS (DELETE FROM {table}_default WHERE created_at >= %s AND created_at < %s"  # noqa: S608
        f" RETURNING *) INSERT INTO {name} SELECT * FROM gone",
        [start, end],
    )
    cursor.execute(
        f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ('{start}') TO ('{end}')"
    )
    cursor.execute(f"REVOKE ALL ON {name} FROM {APP_ROLE}")
