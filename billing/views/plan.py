"""Settings → Plan: the plan and what is left of it, the plans to choose from, invoices."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from accounts.models import User
from billing import offers, standing, stripe
from billing.models import CreditChange, CreditPack, Plan, Subscription
from billing.stripe import owed
from billing.stripe.invoices import PaidInvoice, invoices_of
from billing.views.asking import cancelling

MOST_INVOICES = 24  # two years; Stripe's own page has the rest
INVOICE_STATES = {
    "paid": (gettext_lazy("Paid"), "success"),
    "open": (gettext_lazy("Open"), "warning"),
    "uncollectible": (gettext_lazy("Not paid"), "danger"),
    "void": (gettext_lazy("Void"), ""),
}


@login_required
@require_GET
def plan(request: HttpRequest) -> HttpResponse:
    user = request.user
    held = standing.subscription_of(user)
    with timezone.override(user.timezone):
        return render(request, "billing/plan.html", _shown(held, user))


def _shown(held: Subscription, user: User) -> dict[str, Any]:
    balance, is_configured = held.user.credit_balance, stripe.is_configured()
    is_paid = offers.is_paid(held)
    return {
        "held": held,
        "zone": user.timezone.replace("_", " "),
        "allowances": standing.allowances(held, standing.today_of(user)),
        "balance": balance.balance,
        "besides": standing.besides(held, balance),
        "offers": offers.offers_for(held),
        "is_configured": is_configured,
        "has_account": is_configured and bool(held.stripe_customer_id),
        "can_resume": is_configured and is_paid and held.cancel_at_period_end,
        "cancel": cancelling(held) if is_paid else None,
        "invoices": [shown_invoice(each) for each in invoices_of(user, limit=MOST_INVOICES)],
        "packs": CreditPack.objects.filter(is_active=True, stripe_price_id__isnull=False),
    }


def shown_invoice(invoice: PaidInvoice) -> dict[str, Any]:
    label, tone = INVOICE_STATES.get(invoice.status, (invoice.status, ""))
    return {**asdict(invoice), "label": label, "tone": tone}


@login_required
@require_GET
def done(request: HttpRequest) -> HttpResponse:
    """Where Stripe's page leads back to: shows when what was paid for has arrived."""
    bought = request.GET.get("pack", "")
    chosen = request.GET.get("plan", "")
    session = request.GET.get("session", "")[:255]
    tries = min(int(request.GET.get("tries", "0") or 0), 1000) if _is_number(request) else 0
    held = standing.subscription_of(request.user)
    pack = _named(CreditPack, bought) if bought else None
    plan = _named(Plan, chosen) if chosen else held.plan
    has_arrived = was_granted(request.user, session) if pack else is_on(held, plan)
    if stripe.is_configured() and held.stripe_customer_id and not (has_arrived or tries):
        owed.owe(held)  # its event may be late, or lost
    asked = {"plan": chosen, "pack": bought, "session": session, "tries": tries + 1}
    context = {
        "pack": pack,
        "plan": plan,
        "has_arrived": has_arrived,
        "tries": tries,
        "again_url": f"{reverse('billing:done')}?{urlencode(asked)}",
    }
    is_fragment = request.headers.get("HX-Request") == "true"
    return render(request, "billing/_done.html" if is_fragment else "billing/done.html", context)


def was_granted(user: User, session: str) -> bool:
    granted = CreditChange.objects.for_user(user).filter(reference=f"checkout:{session}")
    return bool(session) and granted.exists()


def is_on(held: Subscription, plan: Plan) -> bool:
    return held.plan_id == plan.pk and offers.is_paid(held)


def _is_number(request: HttpRequest) -> bool:
    return request.GET.get("tries", "").isdecimal()


def _named(model: Any, pk: str) -> Any:
    try:
        return get_object_or_404(model, pk=UUID(pk))
    except ValueError as error:
        raise Http404 from error
