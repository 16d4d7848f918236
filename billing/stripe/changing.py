"""Changing a plan that is paid: up at once, down and away at the period's end.

Up: Stripe charges the difference first and changes nothing when the card is declined. Down: the
price of the next period is changed now, without proration, and the subscription notes which plan is
paid until then; one request, where a schedule takes two and closes the portal's own buttons.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from accounts.tenancy import scope
from billing.models import Plan
from billing.stripe import owed, syncing
from billing.stripe.connection import asking
from billing.stripe.customers import subscription_of
from billing.stripe.errors import StripeRefused
from billing.stripe.reading import read
from billing.stripe.terms import KEPT_PLAN, KEPT_UNTIL, Terms, terms_of

STAYS = {"cancel_at_period_end": False}


def change_plan(user: User, plan: Plan) -> None:
    """Raises StripeRefused; then nothing was changed."""
    if not plan.price_monthly:
        return cancel(user)
    if not plan.is_active or not plan.stripe_price_id:
        raise StripeRefused("not_for_sale", _("This plan cannot be bought here."))
    terms = _terms(user)
    if plan == terms.plan and not (terms.next_plan or terms.is_ending):
        raise StripeRefused("same_plan", _("You are on this plan already."))
    if terms.status == "past_due":
        reason = _("A payment is due. Pay it first, under “Payments and invoices”.")
        raise StripeRefused("payment_due", reason)
    if plan.price_monthly > terms.plan.price_monthly:
        _change(user, terms, _upgrade(terms, plan), f"billing.upgrade:{plan}")
    else:
        _change(user, terms, _next_period(terms, plan), f"billing.downgrade:{plan}")
    return None


def cancel(user: User) -> None:
    """At the end of the period that is paid. Raises StripeRefused."""
    _change(user, _terms(user), {"cancel_at_period_end": True}, "billing.cancel")


def resume(user: User) -> None:
    """Take a cancellation back. Raises StripeRefused."""
    terms = _terms(user)
    _change(user, terms, _staying(terms), "billing.resume")


def _staying(terms: Terms) -> dict[str, Any]:
    return {"cancel_at": ""} if terms.ends_by_date else {"cancel_at_period_end": False}


def _upgrade(terms: Terms, plan: Plan) -> dict[str, Any]:
    return {
        **_priced(terms, plan),
        "proration_behavior": "always_invoice",
        "payment_behavior": "error_if_incomplete",
        "metadata": {"plan": str(plan.pk), KEPT_PLAN: "", KEPT_UNTIL: ""},
    }


def _next_period(terms: Terms, plan: Plan) -> dict[str, Any]:
    kept = {KEPT_PLAN: str(terms.plan.pk), KEPT_UNTIL: str(int(terms.end.timestamp()))}
    if plan == terms.plan:
        kept = {KEPT_PLAN: "", KEPT_UNTIL: ""}
    return {
        **_priced(terms, plan),
        "proration_behavior": "none",
        "metadata": {"plan": str(plan.pk), **kept},
    }


def _priced(terms: Terms, plan: Plan) -> dict[str, Any]:
    items = [{"id": terms.item_id, "price": plan.stripe_price_id}]
    return {"items": items, **(_staying(terms) if terms.is_ending else {})}


def _terms(user: User) -> Terms:
    """Of the plan this person pays now, as Stripe has it."""
    customer = subscription_of(user).stripe_customer_id
    plans = list(Plan.objects.all())
    terms = terms_of(read(customer).subscriptions, plans) if customer else None
    if terms is None or not terms.is_in_force:
        raise StripeRefused("not_subscribed", _("There is no paid plan to change."))
    return terms


def _change(user: User, terms: Terms, wanted: Any, action: str) -> None:
    name, _colon, plan = action.partition(":")
    with asking() as api:
        api.v1.subscriptions.update(terms.subscription_id, wanted)
    subscription = subscription_of(user)
    with scope(user):
        audit.record(name, actor=user, resource=subscription, metadata={"plan": plan})
        owed.owe(subscription)  # whatever becomes of the next line
    syncing.update(subscription)
