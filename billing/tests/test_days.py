"""A day is the person's own, and none comes twice."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from accounts.tenancy import scope, system
from billing.models import DailyUsage

pytestmark = pytest.mark.django_db


def today(owner) -> tuple[dt.date, dt.datetime, str, dt.datetime]:
    with scope(owner), connection.cursor() as cursor:
        cursor.execute("SELECT day, ends_at, zone, resets_at FROM billing_today(%s)", [owner.pk])
        return cursor.fetchone()


def live_in(owner, zone: str) -> None:
    User.objects.filter(pk=owner.pk).update(timezone=zone)


def ask(owner, tokens: int = 10) -> None:
    with system(), connection.cursor() as cursor:
        cursor.execute("SELECT billing_count(%s, %s, 1, 0, 0)", [owner.pk, tokens])


def days(owner) -> list[int]:
    with scope(owner):
        return list(DailyUsage.objects.order_by("date").values_list("tokens_used", flat=True))


def has_ended(owner, days_ago: int = 0) -> None:
    """The newest day is over, and was that many days before its date."""
    with system():
        newest = DailyUsage.objects.filter(user=owner).latest("date")
        DailyUsage.objects.filter(pk=newest.pk).update(
            ends_at=timezone.now() - dt.timedelta(seconds=1),
            date=newest.date - dt.timedelta(days=days_ago),
        )


@pytest.mark.parametrize("zone", ["Asia/Bangkok", "Pacific/Honolulu", "UTC"])
def test_a_day_ends_at_the_midnight_of_ones_zone(owner, zone):
    live_in(owner, zone)
    day, ends_at, named, resets_at = today(owner)
    with timezone.override(zone):
        assert day == timezone.localdate()
        assert timezone.localtime(ends_at).time() == dt.time()
        assert timezone.localtime(ends_at).date() == day + dt.timedelta(days=1)
    assert (named, resets_at) == (zone, ends_at)


def test_a_new_zone_counts_from_the_next_day_on(owner):
    live_in(owner, "Asia/Bangkok")
    ask(owner)
    before = today(owner)
    live_in(owner, "Pacific/Honolulu")
    day, ends_at, zone, resets_at = today(owner)
    assert (day, ends_at, zone) == before[:3]
    assert resets_at >= ends_at
    ask(owner)
    assert days(owner) == [20]
    has_ended(owner, days_ago=1)
    assert today(owner)[2] == "Pacific/Honolulu"


def test_moving_to_and_fro_gives_no_date_twice(owner):
    """East of the date line it is tomorrow already; back in the west the day goes on."""
    live_in(owner, "Pacific/Kiritimati")
    ask(owner)
    first = today(owner)[0]
    live_in(owner, "Pacific/Honolulu")
    promised = today(owner)[3]
    has_ended(owner)
    day, ends_at, zone, _ = today(owner)
    assert (day, zone) == (first, "Pacific/Honolulu")
    assert ends_at == promised
    ask(owner)
    assert days(owner) == [20]


def test_a_zone_the_database_does_not_know_stops_nobody(owner):
    live_in(owner, "Nowhere/At_All")
    ask(owner)
    assert today(owner)[2] == "UTC"
    assert days(owner) == [10]
