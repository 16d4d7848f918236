"""Credits: what one has, what is held, and every change of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts.models import User


class CreditBalance(models.Model):
    """One row a person, locked by whoever reserves or settles.

    `balance` and `used` follow CreditChange by a trigger, and only by it.
    """

    owner = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="credit_balance",
    )
    balance = models.BigIntegerField(default=0)
    used = models.BigIntegerField(default=0)  # in this period, what is held included
    running = models.IntegerField(default=0)  # conversations that are being answered
    tokens_held = models.BigIntegerField(default=0)  # of the day's, by what is running
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(balance__gte=0, used__gte=0, running__gte=0, tokens_held__gte=0),
                name="creditbalance_positive",
            )
        ]
        indexes = [models.Index("updated_at", name="creditbalance_updated")]

    def __str__(self) -> str:
        return str(self.balance)


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
    tokens = models.BigIntegerField(default=0)  # held of the day's
    price = models.JSONField(default=dict)  # the rule it is settled by, as it stood
    chatbot_id = models.UUIDField(null=True, blank=True)  # whose visitors' cap it is held of
    day = models.DateField(null=True, blank=True)  # of that cap
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
    # What it was granted for ("checkout:cs_…", "period:…"): nothing is granted for twice.
    reference = models.CharField(max_length=200, blank=True)
    actor_id = models.UUIDField(null=True, blank=True)  # who of the staff did it
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
            models.UniqueConstraint(
                fields=["owner", "reference"],
                condition=~Q(reference=""),
                name="creditchange_once_per_reference",
            ),
        ]
        indexes = [models.Index("owner", F("created_at").desc(), name="creditchange_owner")]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"


class VisitorSpending(models.Model):
    """What others than its owner have spent on a chatbot in a day of the owner's."""

    id = models.BigAutoField(primary_key=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    chatbot_id = models.UUIDField()
    date = models.DateField()
    credits = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["-date"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "chatbot_id", "date"], name="visitorspending_once_a_day"
            ),
            models.CheckConstraint(condition=Q(credits__gte=0), name="visitorspending_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.chatbot_id} {self.date}"
