"""People and what they hold: accounts, API keys, invitations. Audit and delivery have own rooms."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import available_timezones

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts.audit import AuditLog, AuditPerson
from accounts.credentials import ProviderCredential
from accounts.delivery import PendingTask
from accounts.idempotency import IdempotencyKey
from accounts.projects import Project, ProjectMember, Role

__all__ = [
    "ApiKey",
    "AuditLog",
    "AuditPerson",
    "IdempotencyKey",
    "Invitation",
    "KeptEmail",
    "PendingTask",
    "Project",
    "ProjectMember",
    "ProviderCredential",
    "User",
]


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, email: str | None) -> User:
        return self.get(email__iexact=email)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        email = self.normalize_email(email).lower()
        username = fields.pop("username", "") or self.free_username(email)
        user = self.model(email=email, username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def free_username(self, email: str) -> str:
        """From the address, with a random tail where that is taken: no counting of others."""
        base = email.partition("@")[0][:40] or "person"
        if not self.filter(username=base).exists():
            return base
        return f"{base}-{get_random_string(8, 'abcdefghijkmnpqrstuvwxyz23456789')}"


def is_timezone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(_("This is not a time zone we know."), code="unknown_timezone")


class User(AbstractBaseUser, PermissionsMixin):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(_("email address"), max_length=254)
    username = models.CharField(max_length=60, unique=True)
    full_name = models.CharField(_("full name"), max_length=150, blank=True)
    timezone = models.CharField(
        _("time zone"), max_length=64, default="UTC", validators=[is_timezone]
    )
    locale = models.CharField(_("language"), max_length=16, default="en")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    preferences = models.JSONField(default=dict, blank=True)
    tier = models.CharField(max_length=20, default="free", editable=False)
    total_tokens_used = models.BigIntegerField(default=0, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []
    objects = UserManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_unique"),
            models.CheckConstraint(
                condition=models.Q(total_tokens_used__gte=0), name="user_tokens_not_negative"
            ),
        ]
        indexes = [
            models.Index(
                "deleted_at", name="user_deleted", condition=models.Q(deleted_at__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return self.email

    def get_full_name(self) -> str:
        return self.full_name or self.username

    def get_short_name(self) -> str:
        return self.get_full_name().split(" ")[0]

    @property
    def chat_model(self) -> str:
        """Chosen to answer where a chatbot names no model; empty: follows from the keys."""
        return self.preferences.get("chat_model", "")

    @chat_model.setter
    def chat_model(self, name: str) -> None:
        self.preferences["chat_model"] = name

    @property
    def initials(self) -> str:
        words = self.get_full_name().replace("-", " ").replace(".", " ").split()
        return "".join(word[0] for word in words[:2]).upper() or "?"


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def for_user(self, user: User) -> ApiKeyQuerySet:
        return self.filter(user=user)

    def active(self) -> ApiKeyQuerySet:
        alive = models.Q(expires_at__isnull=True) | models.Q(expires_at__gt=timezone.now())
        return self.filter(alive, is_active=True)


class ApiKey(models.Model):
    """A secret that opens the API. Only its SHA-256 is kept; the prefix tells keys apart."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(_("name"), max_length=100)
    prefix = models.CharField(max_length=24, editable=False)
    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    scopes = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    # Plain ids, since chatbots and projects live further up the house: limited to what is gone,
    # a key opens nothing.
    chatbot_id = models.UUIDField(null=True, blank=True, editable=False)
    project_id = models.UUIDField(null=True, blank=True, editable=False)
    is_active = models.BooleanField(default=True)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index("user", models.F("created_at").desc(), name="apikey_user_created")]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def is_limited(self) -> bool:
        return self.chatbot_id is not None or self.project_id is not None


def in_two_weeks() -> dt.datetime:
    return timezone.now() + dt.timedelta(days=14)


class Invitation(models.Model):
    """Lets one email address sign up where KYRO_SIGNUP=invite, or join a project, or both.

    Only the token's hash is kept.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(_("email address"))
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL)
    project = models.ForeignKey(
        Project, null=True, blank=True, on_delete=models.CASCADE, related_name="invitations"
    )
    role = models.CharField(
        max_length=10, choices=Role.choices[1:], default=Role.VIEWER, blank=True
    )
    expires_at = models.DateTimeField(default=in_two_weeks)
    accepted_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(role__in=["editor", "viewer"]), name="invitation_role"
            )
        ]
        indexes = [models.Index(Lower("email"), name="invitation_email")]

    def __str__(self) -> str:
        return self.email

    @property
    def is_open(self) -> bool:
        return self.accepted_at is None and self.expires_at > timezone.now()


class KeptEmail(models.Model):
    """A message that had no mail server to go to: the administrator reads it here."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    to = models.TextField()
    subject = models.CharField(max_length=300)
    body = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mail")

    def __str__(self) -> str:
        return self.subject
