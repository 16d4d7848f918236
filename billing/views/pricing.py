"""What each plan costs and allows, for anybody."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.requests import unscoped
from billing import stripe
from billing.pricing import compared, on_offer


@unscoped
@require_GET
def pricing(request: HttpRequest) -> HttpResponse:
    offered = on_offer()
    context = {
        "offered": offered,
        "rows": compared(offered),
        "signup_closed": settings.SIGNUP == "closed",
        "is_configured": stripe.is_configured(),
    }
    return render(request, "billing/pricing.html", context)
