"""A person's own keys to model providers, encrypted, never readable back."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7


class ProviderCredentialQuerySet(models.QuerySet["ProviderCredential"]):
    def for_user(self, user: models.Model) -> ProviderCredentialQuerySet:
        return self.filter(owner=user)

    def active(self) -> ProviderCredentialQuerySet:
        return self.filter(is_active=True)


class ProviderCredential(models.Model):
    """One key of one person. At most one per provider is in use at a time."""

    class Provider(models.TextChoices):
        OPENAI = "openai", "OpenAI"
        GEMINI = "gemini", "Gemini"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(
        "accounts.User", on_delete=models.CASCADE, related_name="provider_credentials"
    )
    provider = models.CharField(_("provider"), max_length=20, choices=Provider)
    label = models.CharField(_("label"), max_length=100, blank=True)
    secret = models.TextField(editable=False)  # Fernet token
    hint = models.CharField(max_length=8, blank=True, editable=False)  # the key's last characters
    base_url = models.URLField(_("base URL"), max_length=500, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)
    last_error = models.TextField(blank=True, editable=False)
    checked_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ProviderCredentialQuerySet.as_manager()

    class Meta:
        app_label = "accounts"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "provider"],
                condition=models.Q(is_active=True),
                name="providercredential_one_in_use",
            ),
            models.CheckConstraint(
                condition=models.Q(provider__in=["openai", "gemini"]),
                name="providercredential_provider",
            ),
        ]
        indexes = [
            models.Index(
                "owner", models.F("created_at").desc(), name="providercredential_owner_new"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_provider_display()} …{self.hint}"
