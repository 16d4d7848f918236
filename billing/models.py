"""Plans, subscriptions, what was used and what it cost."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts.models import User


class Plan(models.Model):
    """What a tier allows. A limit of null means none."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=20, unique=True)
    description = models.CharField(max_length=300, blank=True)
    price_monthly = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    stripe_price_id = models.CharField(max_length=255, unique=True, null=True, blank=True)
    token_limit_daily = models.BigIntegerField(null=True, blank=True)
    document_limit = models.IntegerField(null=True, blank=True)
    storage_limit = models.BigIntegerField(_("storage limit (bytes)"), null=True, blank=True)
    session_limit = models.IntegerField(null=True, blank=True)
    member_limit = models.IntegerField(null=True, blank=True)
    credits_monthly = models.IntegerField(default=0)
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


class Subscription(models.Model):
    """The one plan a person is on. A trigger writes it at sign-up and keeps User.tier equal."""

    class Status(models.TextChoices):
        TRIALING = "trialing", _("trialing")
        ACTIVE = "active", _("active")
        PAST_DUE = "past_due", _("past due")
        PAUSED = "paused", _("paused")
        CANCELED = "canceled", _("canceled")
        EXPIRED = "expired", _("expired")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="subscription"
    )
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="subscriptions")
    status = models.CharField(max_length=20, choices=Status, default=Status.ACTIVE)
    current_period_start = models.DateTimeField(null=True, blank=True)
    current_period_end = models.DateTimeField(null=True, blank=True)
    credits_used = models.BigIntegerField(default=0)
    credits_limit = models.BigIntegerField(default=0)
    stripe_subscription_id = models.CharField(max_length=255, unique=True, null=True, blank=True)
    stripe_customer_id = models.CharField(max_length=255, unique=True, null=True, blank=True)
    canceled_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    status__in=["trialing", "active", "past_due", "paused", "canceled", "expired"]
                ),
                name="subscription_status",
            ),
            models.CheckConstraint(
                condition=Q(credits_used__gte=0), name="subscription_credits_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan} ({self.status})"


class RequestType(models.TextChoices):
    CHAT = "chat", _("chat")
    RAG = "rag", _("answer from documents")
    EMBEDDING = "embedding", _("embedding")
    TOOL = "tool", _("tool")
    IMAGE = "image", _("image")
    WORKFLOW = "workflow", _("workflow")
    PREDICTION = "prediction", _("prediction")


class UsageRecord(models.Model):
    """One use of a model. Append-only, partitioned by month; its references are plain ids."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user_id = models.UUIDField()
    request_type = models.CharField(max_length=20, choices=RequestType)
    model = models.CharField(max_length=120)
    tokens_input = models.BigIntegerField(default=0)
    tokens_output = models.BigIntegerField(default=0)
    exact = models.BooleanField(default=False)
    price = models.JSONField(default=dict)
    credits_used = models.BigIntegerField(default=0)
    latency_ms = models.IntegerField(null=True)
    chatbot_id = models.UUIDField(null=True)
    conversation_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(tokens_input__gte=0, tokens_output__gte=0, credits_used__gte=0),
                name="usage_positive",
            ),
            models.CheckConstraint(
                condition=Q(request_type__in=RequestType.values), name="usage_request_type"
            ),
        ]
        indexes = [
            models.Index("user_id", F("created_at").desc(), name="usage_user_created"),
            models.Index("user_id", "request_type", name="usage_user_type"),
        ]

    def __str__(self) -> str:
        return f"{self.request_type} {self.model}"


class DailyUsage(models.Model):
    """What one person used on one day (UTC). Written by triggers; never falls."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    date = models.DateField(db_index=True)
    tokens_used = models.BigIntegerField(default=0)
    messages_sent = models.IntegerField(default=0)
    documents_uploaded = models.IntegerField(default=0)
    conversations_created = models.IntegerField(default=0)

    class Meta:
        ordering = ["-date"]
        constraints = [
            models.UniqueConstraint(fields=["user", "date"], name="dailyusage_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.date}"


class Reservation(models.Model):
    """Credits held at their maximum while work runs, then settled at what it really cost."""

    class State(models.TextChoices):
        HELD = "held", _("held")
        SETTLED = "settled", _("settled")
        RELEASED = "released", _("released")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    maximum = models.BigIntegerField()
    actual = models.BigIntegerField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.HELD)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(maximum__gte=0), name="reservation_positive"),
            models.CheckConstraint(
                condition=Q(actual__isnull=True) | Q(actual__gte=0, actual__lte=F("maximum")),
                name="reservation_within_maximum",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["held", "settled", "released"]), name="reservation_state"
            ),
        ]
        indexes = [models.Index("expires_at", name="reservation_held", condition=Q(state="held"))]

    def __str__(self) -> str:
        return f"{self.maximum} ({self.state})"


class CreditChangeQuerySet(models.QuerySet["CreditChange"]):
    def for_user(self, user: User) -> CreditChangeQuerySet:
        return self.filter(owner=user)


class CreditChange(models.Model):
    """The ledger. Append-only: the sum of an owner's amounts is the balance."""

    class Kind(models.TextChoices):
        GRANT = "grant", _("grant")
        RESERVE = "reserve", _("reserve")
        SETTLE = "settle", _("settle")
        REFUND = "refund", _("refund")
        EXPIRE = "expire", _("expire")
        TOP_UP = "top_up", _("top-up")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    amount = models.BigIntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    reservation = models.ForeignKey(
        Reservation, null=True, blank=True, on_delete=models.CASCADE, related_name="changes"
    )
    reason = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CreditChangeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["grant", "reserve", "settle", "refund", "expire", "top_up"]),
                name="creditchange_kind",
            ),
            models.UniqueConstraint(
                fields=["reservation", "kind"], name="creditchange_once_per_reservation"
            ),
        ]
        indexes = [models.Index("owner", F("created_at").desc(), name="creditchange_owner")]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"
