"""Ways to Stripe's pages: buying a plan or credits, and the portal of cards and addresses."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest.idempotent import idempotent, replay_of, takes_key
from accounts.rest.schema import fails_with
from accounts.rest.strict import StrictSerializer
from billing.api.asking import AsksStripe
from billing.api.plans import OnOffer
from billing.models import CreditPack, Plan
from billing.stripe import checkout, portal
from billing.views.asking import PAGE, return_urls


class OwnAddressField(serializers.CharField):
    """A path or address of this site: Stripe's pages lead back here and nowhere else."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=2000, required=False, **options)

    def to_internal_value(self, data: Any) -> str:
        try:
            address = urljoin(settings.BASE_URL, super().to_internal_value(data))
            is_own = urlsplit(address)[:2] == urlsplit(settings.BASE_URL)[:2]
        except ValueError:  # "http://["
            is_own = False
        if not is_own:
            raise serializers.ValidationError(_("This must be an address of this site."))
        return address


class CheckoutSerializer(StrictSerializer):
    plan = OnOffer(Plan, help_text="One of `/plans/`.")
    pack = OnOffer(CreditPack, help_text="One of `/credit-packs/`.")
    success_url = OwnAddressField(help_text="Where to go on after paying; on this site.")
    cancel_url = OwnAddressField(help_text="Where to go on without; on this site.")

    def validate(self, wanted: dict[str, Any]) -> dict[str, Any]:
        if ("plan" in wanted) == ("pack" in wanted):
            raise serializers.ValidationError({"plan": [_("Name either a plan or a pack.")]})
        return wanted


class PortalSerializer(StrictSerializer):
    return_url = OwnAddressField(help_text="Where its way back leads; on this site.")


class StripePageSerializer(serializers.Serializer):
    url = serializers.URLField(help_text="A page of Stripe's, for the person to open soon.")


class PageView(AsksStripe):
    def wanted(self, request: Request) -> dict[str, Any]:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    @idempotent
    def answer(self, request: Request, url: str) -> Response:
        return Response({"url": url}, status=201)


class CheckoutView(PageView):
    serializer_class = CheckoutSerializer

    @extend_schema(summary="Begin to buy a plan or credits", responses={201: StripePageSerializer})
    @fails_with(409)
    @takes_key
    def post(self, request: Request) -> HttpResponseBase:
        """Nothing is bought until the person pays on the page that `url` leads to."""
        if first := replay_of(request):
            return first
        return self.answer(request, _begin(request, self.wanted(request)))


class PortalView(PageView):
    serializer_class = PortalSerializer

    @extend_schema(
        summary="Open Stripe's page of cards, addresses and invoices",
        responses={201: StripePageSerializer},
    )
    @fails_with(409)
    @takes_key
    def post(self, request: Request) -> HttpResponseBase:
        """For people who have bought something before."""
        if first := replay_of(request):
            return first
        back = self.wanted(request).get("return_url", settings.BASE_URL + reverse(PAGE))
        return self.answer(request, portal.open_portal(request.user, return_url=back))


def _begin(request: Request, wanted: dict[str, Any]) -> str:
    """For the signed-in person, at the price of our own row."""
    if plan := wanted.pop("plan", None):
        urls = return_urls(plan=plan.pk) | wanted
        return checkout.begin_subscription(request.user, plan, **urls)
    pack = wanted.pop("pack")
    return checkout.begin_top_up(request.user, pack, **return_urls(pack=pack.pk) | wanted)
