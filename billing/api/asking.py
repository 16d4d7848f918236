"""Views that ask Stripe. They open their own scopes: it is asked outside any transaction."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from accounts.rest.views import ApiView
from billing import stripe
from billing.stripe.errors import StripeRefused


class AsksStripe(ApiView):
    area = "billing"

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        is_change = request.method in self.allowed_methods and request.method not in SAFE_METHODS
        if is_change and not stripe.is_configured():
            detail = _("Payments are not set up here. Ask its staff for another plan or credits.")
            raise StripeRefused("not_configured", detail)
