"""Our row of a subscription beside what dj-stripe mirrors of Stripe, line by line. Asks nobody."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import stripe
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from billing.models import Plan, Subscription
from billing.stripe import is_configured
from billing.stripe.invoices import PaidInvoice, invoices_of
from billing.stripe.terms import Terms, terms_of

INVOICES = 3
WHOLE = {"microsecond": 0}  # Stripe counts seconds


@dataclass(frozen=True)
class Line:
    what: str
    ours: str
    stripes: str = ""
    differs: bool = False


@dataclass(frozen=True)
class Comparison:
    lines: list[Line]
    note: str = ""
    is_there: bool = False  # Stripe has a subscription of theirs to a plan of ours
    can_sync: bool = False
    invoices: list[PaidInvoice] = field(default_factory=list)

    @property
    def differs(self) -> bool:
        return any(line.differs for line in self.lines)


def compare(row: Subscription) -> Comparison:
    """Call it inside system()."""
    if not is_configured():
        text = _("Stripe is not set up here, so staff assign plans and grant credits.")
        return Comparison(_lines(_ours(row)), text)
    if not row.stripe_customer_id:
        text = _("They have never been to the checkout, so Stripe does not know them.")
        return Comparison(_lines(_ours(row)), text)
    invoices = invoices_of(row.user, INVOICES)
    terms = terms_of(mirrored(row), list(Plan.objects.all()))
    if terms is None:
        text = _("Stripe knows them as %s, who has no subscription to a plan of ours.")
        lines = _lines(_ours(row))
        return Comparison(lines, text % row.stripe_customer_id, False, True, invoices)
    note = "" if _counts(row, terms) else _("Their subscription in Stripe is not in force.")
    lines = _lines(_ours(row), _of_stripe(terms), _expected(row, terms))
    return Comparison(lines, note, True, True, invoices)


def mirrored(row: Subscription) -> list[stripe.Subscription]:
    """As Stripe's client would give them, from dj-stripe's rows."""
    from djstripe.models import Subscription as Mirrored

    kept = Mirrored.objects.filter(customer_id=row.stripe_customer_id)
    return [
        stripe.Subscription.construct_from({**data, "latest_invoice": None}, key=None)
        for data in kept.values_list("stripe_data", flat=True)
    ]


def _ours(row: Subscription) -> dict[str, Any]:
    return {
        _("Plan"): row.plan.name,
        _("Then"): row.next_plan and row.next_plan.name,
        _("Status"): row.status,
        _("Period begins"): _whole(row.current_period_start),
        _("Period ends"): _whole(row.current_period_end),
        _("Ends with the period"): row.cancel_at_period_end,
        _("Trial ends"): _whole(row.trial_end),
        _("Subscription"): row.stripe_subscription_id,
        _("Waits for payment until"): _whole(row.grace_until),
        _("Read from Stripe"): _whole(row.synced_at),
    }


def _of_stripe(terms: Terms) -> dict[str, Any]:
    return {
        _("Plan"): terms.plan.name,
        _("Then"): terms.next_plan and terms.next_plan.name,
        _("Status"): terms.status,
        _("Period begins"): terms.start,
        _("Period ends"): terms.end,
        _("Ends with the period"): terms.is_ending,
        _("Trial ends"): terms.trial_end,
        _("Subscription"): terms.subscription_id,
    }


def _expected(row: Subscription, terms: Terms) -> dict[str, Any]:
    """What of Stripe's must stand here too."""
    if not _counts(row, terms):
        return {_("Subscription"): None}
    theirs = _of_stripe(terms)
    if terms.status == Subscription.Status.PAST_DUE:  # begins once it is paid
        del theirs[_("Period begins")], theirs[_("Period ends")]
    return theirs


def _counts(row: Subscription, terms: Terms) -> bool:
    has_waited = row.grace_until is not None and row.grace_until <= timezone.now()
    return terms.is_in_force and not has_waited


def _lines(
    ours: dict[str, Any],
    stripes: dict[str, Any] | None = None,
    expected: dict[str, Any] | None = None,
) -> list[Line]:
    stripes, expected = stripes or {}, expected or {}
    return [
        Line(
            what,
            _said(value),
            _said(stripes.get(what)) if what in stripes else "",
            what in expected and expected[what] != value,
        )
        for what, value in ours.items()
    ]


def _whole(at: dt.datetime | None) -> dt.datetime | None:
    return at and at.replace(**WHOLE)


def _said(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return date_format(localtime(value), "j M Y, H:i")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value in Subscription.Status.values:
        return str(Subscription.Status(value).label)
    return str(value or "–")
