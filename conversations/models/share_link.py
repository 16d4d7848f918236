"""Links by which others read a conversation without an account."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts.models import User
from conversations.models.conversation import Conversation
from conversations.models.message import Message


class ShareLinkQuerySet(models.QuerySet["ShareLink"]):
    def open(self) -> ShareLinkQuerySet:
        lasting = Q(expires_at__isnull=True) | Q(expires_at__gt=timezone.now())
        return self.filter(lasting, revoked_at__isnull=True)


class ShareLink(models.Model):
    """Found by the hash of its token; the token is kept sealed, to be copied again.

    A snapshot shows the branch that ends at `leaf`, a live link whatever the conversation shows.
    """

    class Kind(models.TextChoices):
        SNAPSHOT = "snapshot", _("as it is now")
        LIVE = "live", _("and what follows")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="share_links"
    )
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    author = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    sealed_token = models.TextField(editable=False)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.SNAPSHOT)
    leaf = models.ForeignKey(
        Message, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ShareLinkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["snapshot", "live"]), name="share_kind"),
        ]
        indexes = [models.Index("owner", F("created_at").desc(), name="share_owner_created")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.conversation_id}"
