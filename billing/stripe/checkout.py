"""Beginning to pay: Stripe's page for a plan or a pack of credits. Its address is all we make.

Prices are our rows', the customer is the signed-in person's. What is bought counts once Stripe
says it was paid (`syncing`), whatever address a browser comes back to.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

import stripe
from django.conf import settings
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from accounts.tenancy import scope
from billing.models import CreditPack, Plan
from billing.stripe import terms
from billing.stripe.connection import asking
from billing.stripe.customers import customer_of, subscription_of
from billing.stripe.errors import StripeRefused


def begin_subscription(user: User, plan: Plan, *, success_url: str, cancel_url: str) -> str:
    """The address of the page where the person pays. Raises StripeRefused."""
    if not plan.is_active or not plan.stripe_price_id or not plan.price_monthly:
        raise StripeRefused("not_for_sale", _("This plan cannot be bought here."))
    customer = customer_of(user)
    with asking() as api:
        had_trial = _check_free_to_subscribe(api, customer)
    days = 0 if had_trial or subscription_of(user).had_trial else plan.trial_days
    noted = {"user": str(user.pk), "plan": str(plan.pk)}
    wanted: Any = {
        "mode": "subscription",
        "metadata": noted,
        "subscription_data": {"metadata": noted, **({"trial_period_days": days} if days else {})},
        **_sale(user, customer, plan.stripe_price_id),
        "success_url": success_url,
        "cancel_url": cancel_url,
    }
    return _begin(user, wanted, bought=plan)


def begin_top_up(user: User, pack: CreditPack, *, success_url: str, cancel_url: str) -> str:
    """The address of the page where the person pays. Raises StripeRefused."""
    if not pack.is_active or not pack.stripe_price_id:
        raise StripeRefused("not_for_sale", _("These credits cannot be bought here."))
    customer = customer_of(user)
    # What was offered is what counts, also when staff change the pack before it is paid.
    noted = {"user": str(user.pk), "pack": pack.name, "credits": str(pack.credits)}
    wanted: Any = {
        "mode": "payment",
        "metadata": noted,
        "invoice_creation": {"enabled": True},
        **_sale(user, customer, pack.stripe_price_id),
        "success_url": success_url,
        "cancel_url": cancel_url,
    }
    return _begin(user, wanted, bought=pack)


def _sale(user: User, customer: str, price: str) -> dict[str, Any]:
    sale: dict[str, Any] = {
        "customer": customer,
        "client_reference_id": str(user.pk),
        "line_items": [{"price": price, "quantity": 1}],
    }
    if settings.STRIPE_AUTOMATIC_TAX:
        sale["automatic_tax"] = {"enabled": True}
        sale["customer_update"] = {"address": "auto"}
    return sale


def _check_free_to_subscribe(api: stripe.StripeClient, customer: str) -> bool:
    """Whether there was a trial before. Asked of Stripe, where a page may just have been paid."""
    every = api.v1.subscriptions.list({"customer": customer, "status": "all", "limit": 100})
    found = list(every.auto_paging_iter())
    statuses = {one.status for one in found}
    if statuses & {"past_due", "unpaid"}:
        reason = _("A payment is due. Pay it first, under “Payments and invoices”.")
        raise StripeRefused("payment_due", reason)
    if statuses & (terms.OPEN - {"incomplete"}):
        reason = _("You have a plan already. Change it instead of buying another.")
        raise StripeRefused("already_subscribed", reason)
    return any(one.trial_start for one in found)


def _begin(user: User, wanted: Any, *, bought: Plan | CreditPack) -> str:
    with asking() as api:
        sessions = api.v1.checkout.sessions
        last = list(sessions.list({"customer": wanted["customer"], "limit": 10}))
        if wanted["mode"] == "subscription":
            for one in last:  # a page left open in another tab would sell a second plan
                if one.status == "open" and one.mode == "subscription":
                    sessions.expire(one.id)
        session = sessions.create(wanted, {"idempotency_key": _once(wanted, last)})
    with scope(user):
        audit.record("billing.checkout", actor=user, resource=bought)
    return session.url or ""


def _once(wanted: dict[str, Any], last: list[stripe.checkout.Session]) -> str:
    """The same for a button pressed twice, another as soon as there has been another session."""
    before = last[0].id if last else ""
    told = json.dumps([wanted, before], sort_keys=True)
    return "checkout:" + hashlib.sha256(told.encode()).hexdigest()
