"""A person's own keys to model providers, encrypted, never readable back."""

from __future__ import annotations

from uuid import UUID

import structlog
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts import rows, sealing
from accounts.sealing import Unreadable
from accounts.tenancy import select
from providers.account import Account

log = structlog.get_logger(__name__)

SECRET_LENGTH = 500
HINTED_FROM = 12  # characters: of a shorter key four would tell too much
# What a header can carry; also keeps a pasted line break from beginning another header.
is_a_key = RegexValidator(
    r"\A[!-~]+\Z", _("A key has no spaces and no special letters. Copy it again.")
)
# Failures that are about the key, not about the question.
KEY_ERRORS = {"key_refused", "no_quota"}
# Sent where the real key is lost: its server refuses it, and nobody else's key steps in.
LOST_KEY = "unreadable"


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

    def keep(self, secret: str) -> None:
        """Take this secret, sealed; the caller saves."""
        self.secret = sealing.seal(secret)
        self.hint = secret[-4:] if len(secret) >= HINTED_FROM else ""

    @property
    def is_readable(self) -> bool:
        return self._secret() != LOST_KEY

    def account(self) -> Account:
        """What the provider's client needs; the key goes to this account's server alone."""
        return Account(self.provider, self._secret(), self.base_url, guarded=True)

    def _secret(self) -> str:
        try:
            return sealing.unseal(self.secret)
        except Unreadable:
            log.warning("credential_unreadable", credential_id=str(self.pk))
            return LOST_KEY


ALL_IN_USE = (
    f"SELECT {rows.columns(ProviderCredential, 'c')}"  # noqa: S608 – names
    " FROM accounts_providercredential c WHERE owner_id = %s AND is_active"
)
IN_USE = f"{ALL_IN_USE} AND provider = %s"


def accounts_of(owner_id: UUID) -> dict[str, Account]:
    """The person's accounts in use, by provider; call inside their scope."""
    found = (rows.loaded(ProviderCredential, row) for row in rows.every(ALL_IN_USE, [owner_id]))
    return {credential.provider: credential.account() for credential in found}


def account_of(owner_id: UUID, provider: str) -> Account | None:
    """The person's account in use there; opens their scope itself, for one message."""
    held = select(owner_id, IN_USE, [owner_id, provider])
    return rows.loaded(ProviderCredential, held[0]).account() if held else None


def note_use(owner_id: UUID, provider: str, *, code: str = "", message: str = "") -> None:
    """What using the account told about its key; other failures leave the row as it is."""
    in_use = ProviderCredential.objects.filter(owner_id=owner_id, provider=provider).active()
    if code in KEY_ERRORS:
        in_use.update(last_error=message, checked_at=Now())
    elif not code:
        in_use.exclude(last_error="").update(last_error="", checked_at=Now())


def reseal_all() -> tuple[int, list[str]]:
    """Seal every secret with the first key; how many were, and the ids of those that nothing
    opens. Call it inside system()."""
    sealed, unreadable = 0, []
    for pk, token in ProviderCredential.objects.values_list("pk", "secret").iterator():
        try:
            anew = sealing.reseal(token)
        except Unreadable:
            unreadable.append(str(pk))
            continue
        # replaced meanwhile, it is sealed with the first key already
        ProviderCredential.objects.filter(pk=pk, secret=token).update(secret=anew)
        sealed += 1
    return sealed, unreadable
