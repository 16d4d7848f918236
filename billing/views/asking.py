"""What a person asks of Stripe: to pay, to change, to stop, to go on.

These views open their own scopes: Stripe is asked outside any transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.rates import outside
from accounts.requests import unscoped
from accounts.tenancy import scope
from billing import offers, standing, stripe
from billing.models import CreditPack, Plan, Subscription
from billing.stripe import changing, checkout, portal
from billing.stripe.errors import StripeRefused

PAGE = "billing:plan"
View = Callable[..., HttpResponse]


def asks_stripe(view: View) -> View:
    """What Stripe refuses, or cannot be asked now, is said on the plan's page."""

    @wraps(view)
    def asking(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            check_configured()
            return view(request, *args, **kwargs)
        except StripeRefused as refused:
            messages.error(request, refused.message)
            return redirect(PAGE)

    return outside(login_required(unscoped(asking)))


def check_configured() -> None:
    if not stripe.is_configured():
        reason = _("Nothing is paid here: the people who run this server assign plans.")
        raise StripeRefused("not_configured", reason)


@require_POST
@asks_stripe
def subscribe(request: HttpRequest, pk: UUID) -> HttpResponse:
    plan = get_object_or_404(Plan, pk=pk, is_active=True)
    urls = return_urls(plan=plan.pk)
    return leaving(request, checkout.begin_subscription(request.user, plan, **urls))


@require_POST
@asks_stripe
def buy(request: HttpRequest, pk: UUID) -> HttpResponse:
    pack = get_object_or_404(CreditPack, pk=pk, is_active=True)
    return leaving(request, checkout.begin_top_up(request.user, pack, **return_urls(pack=pack.pk)))


@require_POST
@asks_stripe
def manage(request: HttpRequest) -> HttpResponse:
    back = settings.BASE_URL + reverse(PAGE)
    return leaving(request, portal.open_portal(request.user, return_url=back))


@require_http_methods(["GET", "POST"])
@asks_stripe
def change(request: HttpRequest, pk: UUID) -> HttpResponse:
    plan = get_object_or_404(Plan, pk=pk, is_active=True)
    if request.method == "POST":
        changing.change_plan(request.user, plan)
        messages.success(request, _("Done. It shows here within some seconds."))
        return redirect(PAGE)
    with scope(request.user):
        held = standing.subscription_of(request.user)
        if offers.act_for(held, plan) not in {offers.Act.UPGRADE, offers.Act.DOWNGRADE}:
            return redirect(PAGE)
        return render(request, "billing/change.html", _question(held, plan))


@require_http_methods(["GET", "POST"])
@asks_stripe
def cancel(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        changing.cancel(request.user)
        messages.success(request, _("Your plan ends with its period."))
        return redirect(PAGE)
    with scope(request.user), override(request.user.timezone):
        held = standing.subscription_of(request.user)
        if not offers.is_paid(held):
            return redirect(PAGE)
        return render(request, "confirm.html", cancelling(held))


@require_POST
@asks_stripe
def resume(request: HttpRequest) -> HttpResponse:
    changing.resume(request.user)
    messages.success(request, _("Your plan goes on."))
    return redirect(PAGE)


def leaving(request: HttpRequest, url: str) -> HttpResponse:
    with scope(request.user):
        return render(request, "billing/leaving.html", {"url": url})


def return_urls(**bought: UUID) -> dict[str, str]:
    """Stripe puts the id of its session where the braces are."""
    done = settings.BASE_URL + reverse("billing:done")
    named = urlencode({name: str(pk) for name, pk in bought.items()})
    return {
        "success_url": f"{done}?{named}&session={{CHECKOUT_SESSION_ID}}",
        "cancel_url": settings.BASE_URL + reverse(PAGE),
    }


def cancelling(held: Subscription) -> dict[str, str]:
    """The question, for the dialog and the page that asks without script."""
    ends = held.current_period_end
    day = date_format(localtime(ends), "j F Y") if ends else _("the end of its period")
    consequence = _(
        "You keep %(plan)s until %(day)s. Then you are on the free plan with its limits; your"
        " documents, chatbots and conversations stay. You can resume until then."
    )
    return {
        "question": _("End your %s plan?") % held.plan.name.capitalize(),
        "consequence": consequence % {"plan": held.plan.name.capitalize(), "day": day},
        "action": _("End the plan"),
        "back_url": reverse(PAGE),
    }


def _question(held: Subscription, plan: Plan) -> dict[str, str]:
    named = {"plan": plan.name.capitalize(), "now": held.plan.name.capitalize()}
    named |= {"price": f"{plan.price_monthly.normalize():f}", "currency": plan.currency.upper()}
    if offers.act_for(held, plan) == offers.Act.UPGRADE:
        consequence = _(
            "You are on %(plan)s at once, for %(price)s %(currency)s a month. What is left of"
            " %(now)s is taken off the next payment."
        )
    else:
        consequence = _(
            "You keep %(now)s to the end of its period. Then you are on %(plan)s, for %(price)s"
            " %(currency)s a month."
        )
    return {
        "question": _("Change to %(plan)s?") % named,
        "consequence": consequence % named,
        "action": _("Change to %(plan)s") % named,
    }
