"""Months of the append-only tables: made ahead, and emptied out of DEFAULT unchanged."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection

from accounts import audit
from accounts.audit import AuditLog
from accounts.partitions import make_partitions, months
from accounts.tenancy import scope, system
from billing.models import RequestType, UsageRecord

pytestmark = pytest.mark.django_db


def partitions_of(model) -> list[str]:
    """The partition each row lies in, oldest row first."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT tableoid::regclass::text FROM {table} ORDER BY created_at")
        return [row[0] for row in cursor.fetchall()]


def used(owner, at: dt.datetime) -> None:
    UsageRecord.objects.create(
        user_id=owner.pk, request_type=RequestType.CHAT, model="fake", created_at=at
    )


def test_months_run_over_the_end_of_the_year():
    november = dt.date(2025, 11, 20)
    assert months(november, 3) == [
        (dt.date(2025, 11, 1), dt.date(2025, 12, 1)),
        (dt.date(2025, 12, 1), dt.date(2026, 1, 1)),
        (dt.date(2026, 1, 1), dt.date(2026, 2, 1)),
    ]


def test_rows_waiting_in_default_move_to_their_month(owner):
    with scope(owner):
        used(owner, dt.datetime(2024, 1, 31, 23, 59, 59, tzinfo=dt.UTC))
        used(owner, dt.datetime(2024, 2, 1, tzinfo=dt.UTC))
    make_partitions()
    with system():
        assert partitions_of(UsageRecord) == [
            "billing_usagerecord_2024_01",
            "billing_usagerecord_2024_02",
        ]
    with scope(owner):
        assert UsageRecord.objects.count() == 2


def test_a_moved_audit_row_keeps_its_time_and_digest(owner):
    with scope(owner):
        audit.record("test.act", actor=owner)
        before = AuditLog.objects.values_list("created_at", "digest").get()
    make_partitions()
    with system():
        assert partitions_of(AuditLog) == [f"accounts_auditlog_{before[0]:%Y_%m}"]
    with scope(owner):
        assert AuditLog.objects.values_list("created_at", "digest").get() == before
        audit.record("test.act", actor=owner)
        assert AuditLog.objects.order_by("created_at").last().previous_digest == before[1]


def test_making_the_months_again_changes_nothing(owner):
    make_partitions()
    with scope(owner):
        used(owner, dt.datetime.now(dt.UTC))
    make_partitions()
    with system():
        assert partitions_of(UsageRecord) == [
            f"billing_usagerecord_{dt.datetime.now(dt.UTC):%Y_%m}"
        ]
