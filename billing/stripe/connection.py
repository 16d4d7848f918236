"""The one way to Stripe: the vendor's own client, bound to one host, with seconds of patience."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from urllib.parse import urlsplit

import stripe
import structlog
from django.conf import settings
from django.utils.translation import gettext as _

from accounts.connections import give_back
from billing.stripe import is_configured
from billing.stripe.errors import StripeRefused

log = structlog.get_logger(__name__)
API = "https://api.stripe.com"
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
SECONDS = (5, 20)  # to connect; between two bytes, where a card is charged meanwhile
RETRIES = 1
AWAY = (stripe.APIConnectionError, stripe.APIError, stripe.RateLimitError)


class OneHost(stripe.RequestsClient):
    """Speaks to one host and follows no redirect, wherever settings or answers point."""

    def __init__(self, host: str) -> None:
        super().__init__(timeout=SECONDS)
        session = self._session = self.requests.Session()
        ordinary = session.adapters["https://"]
        session.adapters.clear()
        session.adapters[f"{host}/"] = ordinary
        session.max_redirects = 0
        session.trust_env = not is_loopback(host)  # an operator's proxy, as for the models


def is_loopback(host: str) -> bool:
    parts = urlsplit(host)
    return parts.scheme == "http" and parts.hostname in LOOPBACK and not parts.path


def is_allowed(host: str) -> bool:
    """Stripe's own, or a server of tests; the secret key goes nowhere else."""
    return host == API or is_loopback(host)


@cache
def _http(host: str) -> OneHost:
    if not is_allowed(host):
        raise ValueError("KYRO_STRIPE_API_HOST may only name a server on this machine.")
    return OneHost(host)


@cache
def _client(key: str, host: str) -> stripe.StripeClient:
    return stripe.StripeClient(
        key, base_addresses={"api": host}, http_client=_http(host), max_network_retries=RETRIES
    )


def bind_mirror() -> None:
    """dj-stripe asks through the vendor's module, for what it finds missing.

    It would also keep the secret key in a table, only to remember whose account it is.
    """
    from djstripe.models import Account

    if is_allowed(settings.STRIPE_API_HOST):  # else the start-up check refuses
        stripe.api_base = settings.STRIPE_API_HOST
        stripe.default_http_client = _http(settings.STRIPE_API_HOST)
    stripe.max_network_retries = RETRIES
    Account.get_or_retrieve_for_api_key = classmethod(lambda cls, api_key: None)


@contextmanager
def asking() -> Iterator[stripe.StripeClient]:
    """Ask Stripe inside this block, outside any transaction; raises StripeRefused."""
    if not is_configured():
        raise StripeRefused("not_configured", _("Payments are not set up here."))
    give_back()
    try:
        yield _client(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_HOST)
    except stripe.CardError as error:
        log.info("stripe_card_declined", code=error.code)
        reason = _("The card was declined. Nothing was changed: try another card first.")
        raise StripeRefused("card_declined", reason) from error
    except AWAY as error:
        log.warning("stripe_away", error=str(error))
        reason = _("Stripe does not answer at the moment. Nothing was changed: try again soon.")
        raise StripeRefused("stripe_unavailable", reason) from error
    except stripe.StripeError as error:
        log.error("stripe_refused", error=str(error), code=error.code)
        reason = _("Stripe refused this. Nothing was changed: ask whoever runs this site.")
        raise StripeRefused("stripe_error", reason) from error
