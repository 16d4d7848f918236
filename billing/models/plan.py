"""What is sold: plans, packs of credits, and what a use of a model is charged."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from billing.models.usage import RequestType


class Plan(models.Model):
    """What a tier allows. A limit of null means none.

    `features`: widget_branding, api and workflows (true or false), models (names, or prefixes
    such as "gemini/"; null: all). What is not named is allowed.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=20, unique=True)
    description = models.CharField(max_length=300, blank=True)
    price_monthly = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    currency = models.CharField(max_length=3, default="usd")  # ISO 4217, as Stripe writes it
    stripe_price_id = models.CharField(max_length=255, unique=True, null=True, blank=True)
    token_limit_daily = models.BigIntegerField(null=True, blank=True)
    document_limit = models.IntegerField(null=True, blank=True)
    attachment_limit = models.IntegerField(_("documents per conversation"), null=True, blank=True)
    storage_limit = models.BigIntegerField(_("storage limit (bytes)"), null=True, blank=True)
    session_limit = models.IntegerField(_("conversations answering at once"), null=True, blank=True)
    member_limit = models.IntegerField(null=True, blank=True)
    credits_monthly = models.IntegerField(default=0)
    trial_days = models.PositiveSmallIntegerField(default=0)
    features = models.JSONField(default=dict, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["price_monthly", "name"]
        constraints = [
            models.CheckConstraint(condition=Q(price_monthly__gte=0), name="plan_price_positive")
        ]

    def __str__(self) -> str:
        return self.name


class CreditPack(models.Model):
    """Credits to buy beside a plan's; they stay until they are used."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=60, unique=True)
    credits = models.PositiveIntegerField()
    price = models.DecimalField(max_digits=10, decimal_places=2)
    currency = models.CharField(max_length=3, default="usd")
    stripe_price_id = models.CharField(max_length=255, unique=True, null=True, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["price", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(credits__gt=0, price__gte=0), name="creditpack_positive"
            )
        ]

    def __str__(self) -> str:
        return self.name


class PriceRule(models.Model):
    """What a use of a model is charged in credits, and what it costs us in money.

    `model` is a name, a prefix that ends in "/", or empty for any; the longest that fits counts.
    A rule is closed and followed by another, never edited: usage names the rule it was priced by.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    model = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=20, choices=RequestType)
    credits_request = models.PositiveIntegerField(_("credits per request"), default=0)
    credits_input = models.DecimalField(
        _("credits per 1,000 tokens read"), max_digits=12, decimal_places=4, default=0
    )
    credits_output = models.DecimalField(
        _("credits per 1,000 tokens written"), max_digits=12, decimal_places=4, default=0
    )
    currency = models.CharField(max_length=3, default="usd")
    cost_input = models.DecimalField(
        _("cost per million tokens read"), max_digits=12, decimal_places=4, default=0
    )
    cost_output = models.DecimalField(
        _("cost per million tokens written"), max_digits=12, decimal_places=4, default=0
    )
    valid_from = models.DateTimeField(default=timezone.now)
    valid_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["kind", "model", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["model", "kind"],
                condition=Q(valid_until__isnull=True),
                name="pricerule_one_open",
            ),
            models.CheckConstraint(condition=Q(kind__in=RequestType.values), name="pricerule_kind"),
            models.CheckConstraint(
                condition=Q(
                    credits_input__gte=0,
                    credits_output__gte=0,
                    cost_input__gte=0,
                    cost_output__gte=0,
                ),
                name="pricerule_positive",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="pricerule_ends_later",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.model or '*'}"
