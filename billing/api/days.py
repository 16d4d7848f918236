"""`from` and `to` of the figures: days are those of the person's time zone."""

from __future__ import annotations

import datetime as dt
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from accounts.rest.moments import midnight, moment

MAX_DAYS = 366
PERIOD = [
    OpenApiParameter(name, str, description=text)
    for name, text in (
        ("from", "First day, of the person's time zone, or a moment (ISO 8601; UTC if none said)."),
        ("to", "Last day, included, or the moment to stop before."),
    )
]
Rows = TypeVar("Rows", bound=QuerySet)


def zone_of(request: Request) -> ZoneInfo:
    return ZoneInfo(request.user.timezone)


def within(rows: Rows, request: Request) -> Rows:
    """Rows created in what the query names; without `from` or `to`, that side is open."""
    zone = zone_of(request)
    if since := moment(request, "from", zone=zone):
        rows = rows.filter(created_at__gte=since)
    if until := moment(request, "to", whole_day=True, zone=zone):
        rows = rows.filter(created_at__lt=until)
    return rows


def period(request: Request) -> tuple[dt.datetime, dt.datetime]:
    """[since, until), 366 days at most; without `from` and `to` the month so far."""
    zone = zone_of(request)
    today = timezone.now().astimezone(zone).date()
    since = moment(request, "from", zone=zone) or midnight(today.replace(day=1), zone)
    tomorrow = midnight(today + dt.timedelta(days=1), zone)
    until = moment(request, "to", whole_day=True, zone=zone) or tomorrow
    if since >= until or (until - since).days > MAX_DAYS:
        detail = _("Later than from, by %s days at most.") % MAX_DAYS
        raise serializers.ValidationError({"to": [detail]})
    return since, until
