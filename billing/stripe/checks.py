"""Start-up checks: a key that fits nowhere, or events that anybody could forge, are refused."""

from __future__ import annotations

import re

from django.conf import settings
from django.core.checks import Error, Tags, register
from django.db import DatabaseError

from accounts.tenancy import system
from billing.stripe import endpoint, is_configured
from billing.stripe.connection import is_allowed

KEY = re.compile(r"^(sk|rk)_(test|live)_[A-Za-z0-9]{24,}$")
SIGNED = "verify_signature"


@register()
def stripe_is_set_up_whole(**_: object) -> list[Error]:
    found = []
    if not is_allowed(settings.STRIPE_API_HOST):
        reason = "KYRO_STRIPE_API_HOST is for tests: it may only name a server on this machine."
        found.append(Error(reason, id="kyro.E010"))
    if not is_configured():
        return found
    if not KEY.match(settings.STRIPE_SECRET_KEY):
        reason = "KYRO_STRIPE_SECRET_KEY is no secret key: it begins with sk_ or rk_."
        found.append(Error(reason, id="kyro.E011"))
    if not settings.STRIPE_WEBHOOK_SECRET.startswith("whsec_"):
        reason = "KYRO_STRIPE_WEBHOOK_SECRET is missing: it begins with whsec_ (docs/stripe.md)."
        found.append(Error(reason, id="kyro.E012"))
    return found


@register()
def events_are_proved(**_: object) -> list[Error]:
    method = getattr(settings, "DJSTRIPE_WEBHOOK_VALIDATION", SIGNED)
    if method != SIGNED:
        return [Error("DJSTRIPE_WEBHOOK_VALIDATION must be verify_signature.", id="kyro.E013")]
    return _tolerance(endpoint.TOLERANCE, "billing.stripe.endpoint.TOLERANCE")


@register(Tags.database)  # type: ignore[type-var]
def every_endpoint_proves_its_events(
    databases: list[str] | None = None, **_: object
) -> list[Error]:
    """Runs with `check --database default`, over rows that somebody else may have made."""
    from djstripe.models import WebhookEndpoint

    if not databases:
        return []
    try:
        with system():
            rows = list(WebhookEndpoint.objects.all())
    except DatabaseError:
        return []  # not migrated yet
    return [error for row in rows for error in _faults(row)]


def _faults(row) -> list[Error]:  # type: ignore[no-untyped-def]
    found = _tolerance(row.djstripe_tolerance, f"The Stripe endpoint {row}")
    if row.djstripe_validation_method != SIGNED:
        found.append(Error(f"The Stripe endpoint {row} takes unsigned events.", id="kyro.E014"))
    if not row.secret:
        found.append(Error(f"The Stripe endpoint {row} has no secret.", id="kyro.E015"))
    return found


def _tolerance(seconds: int, name: str) -> list[Error]:
    if 0 < seconds <= endpoint.MOST_TOLERANCE:
        return []
    return [Error(f"{name} must take events of 1 to 300 seconds' age.", id="kyro.E016")]
