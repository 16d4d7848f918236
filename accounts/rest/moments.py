"""`from` and `to`: days or moments in a query, as the database can compare them."""

from __future__ import annotations

import datetime as dt

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request


def moment(
    request: Request, name: str, *, whole_day: bool = False, zone: dt.tzinfo = dt.UTC
) -> dt.datetime | None:
    """What the parameter says, in UTC; a day means its start or, as a `whole_day`, its end.

    Days are of the `zone`; a moment that names none is UTC.
    """
    text = request.query_params.get(name)
    if text is None:
        return None
    try:
        day, time = parse_date(text), parse_datetime(text)
    except ValueError:
        day = time = None
    if day and 2000 <= day.year <= 2200:
        return midnight(day + dt.timedelta(days=1) if whole_day else day, zone)
    if time and 2000 <= time.year <= 2200:
        # PostgreSQL knows no zone as far from UTC as Python does.
        return time.astimezone(dt.UTC) if time.tzinfo else time.replace(tzinfo=dt.UTC)
    detail = _("A day or a moment between 2000 and 2200, such as 2026-02-28 or 2026-02-28T12:00Z.")
    raise serializers.ValidationError({name: [detail]})


def midnight(day: dt.date, zone: dt.tzinfo) -> dt.datetime:
    """When the day begins there, in UTC."""
    return dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC)
