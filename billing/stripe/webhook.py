"""What Stripe tells us of: an event is a nudge to ask, and its content is believed in nothing.

dj-stripe's own view does the work. Around it: an event is proved before a row is written, and no
header speaks for the sender. dj-stripe would take the secret from a header where DEBUG is on, and
the address from X-Forwarded-For.
"""

from __future__ import annotations

from uuid import UUID

import stripe
from django.conf import settings
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from djstripe.models import Event
from djstripe.signals import WEBHOOK_SIGNALS
from djstripe.views import ProcessWebhookView

from accounts.rates import unlimited
from accounts.requests import client_address, unscoped
from accounts.tenancy import system
from billing.stripe import endpoint, owed

SIGNATURE = "HTTP_STRIPE_SIGNATURE"
LARGEST = 1024 * 1024  # bytes, four times what Stripe sends; more is not even hashed


@receiver([WEBHOOK_SIGNALS[name] for name in endpoint.EVENTS], sender=Event)
def something_changed(event: Event, **_: object) -> None:
    owed.owe_for_customer(event.data["object"].get("customer"))


class WebhookView(ProcessWebhookView):  # type: ignore[misc]
    def post(self, request: HttpRequest, uuid: UUID) -> HttpResponse:
        if uuid != endpoint.ENDPOINT or not _is_proved(request):
            return HttpResponseBadRequest()
        _forget_headers(request)
        failure: Exception | None = None
        with system():
            endpoint.ensure_endpoint()
            try:
                answered: HttpResponse = super().post(request, uuid)
                return answered
            except Exception as error:  # noqa: BLE001 (raised below, its row is kept)
                failure = error
        raise failure


def _is_proved(request: HttpRequest) -> bool:
    if SIGNATURE not in request.META or len(request.body) > LARGEST:
        return False
    try:
        stripe.WebhookSignature.verify_header(
            request.body,
            request.META[SIGNATURE],
            settings.STRIPE_WEBHOOK_SECRET,
            endpoint.TOLERANCE,
        )
    except (stripe.SignatureVerificationError, UnicodeDecodeError):
        return False
    return True


def _forget_headers(request: HttpRequest) -> None:
    """What dj-stripe sees, and keeps with the event: the signature and who sent it, no more."""
    address = client_address(request)
    for name in [name for name in request.META if name.startswith("HTTP_")]:
        if name not in {SIGNATURE, "HTTP_USER_AGENT", "HTTP_HOST"}:
            del request.META[name]
    request.META["REMOTE_ADDR"] = address
    request.__dict__.pop("headers", None)  # made of META when first asked for


# Stripe tells of everybody's renewals from a handful of addresses.
receive = unlimited(unscoped(WebhookView.as_view()))
