"""Conversations: with which chatbot, by whom, and what they add up to."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts.models import Project, User
from chatbots.models import Chatbot


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def for_user(self, user: User) -> ConversationQuerySet:
        """The conversations this person holds (not those others hold with their chatbots), as long
        as they may use the chatbot."""
        shared = Q(chatbot__project__in=Project.objects.visible_to(user))
        return self.filter(Q(owner=user) | shared, user=user)

    def active(self) -> ConversationQuerySet:
        return self.filter(status=Conversation.Status.ACTIVE)

    def archived(self) -> ConversationQuerySet:
        return self.filter(status=Conversation.Status.ARCHIVED)

    def listed(self) -> ConversationQuerySet:
        """What pages list: not what programs ask through the endpoint that OpenAI's clients know,
        a conversation for every call, and not what was tried beside a chatbot's settings."""
        return self.held().exclude(channel=Conversation.Channel.OPENAI)

    def in_history(self) -> ConversationQuerySet:
        return self.listed().active()

    def held(self) -> ConversationQuerySet:
        """Conversations in earnest, not the live preview of a draft."""
        return self.exclude(channel=Conversation.Channel.PREVIEW)

    def recent_first(self) -> ConversationQuerySet:
        return self.order_by("-pinned", "-last_message_at", "-id")


class Conversation(models.Model):
    class Channel(models.TextChoices):
        WEB = "web", _("web")
        WIDGET = "widget", _("widget")
        API = "api", _("API")
        OPENAI = "openai", _("OpenAI-compatible API")
        SHARE = "share", _("share link")
        PREVIEW = "preview", _("live preview")

    class Status(models.TextChoices):
        ACTIVE = "active", _("active")
        ARCHIVED = "archived", _("archived")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    chatbot = models.ForeignKey(Chatbot, on_delete=models.CASCADE, related_name="conversations")
    user = models.ForeignKey(
        User, null=True, on_delete=models.SET_NULL, related_name="conversations"
    )
    channel = models.CharField(max_length=10, choices=Channel, default=Channel.WEB)
    title = models.CharField(_("title"), max_length=200, blank=True)
    description = models.CharField(max_length=500, blank=True)
    # Instead of the chatbot's, or added to it: the prompt.
    model = models.CharField(max_length=120, blank=True)
    system_prompt = models.TextField(max_length=20_000, blank=True)
    temperature = models.FloatField(
        null=True, blank=True, validators=[MinValueValidator(0), MaxValueValidator(2)]
    )
    # The end of the branch that is shown and goes on; NULL: the newest message.
    leaf = models.ForeignKey(
        "Message", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    metadata = models.JSONField(default=dict, blank=True)
    total_messages = models.IntegerField(default=0, editable=False)
    total_tokens = models.BigIntegerField(default=0, editable=False)
    status = models.CharField(max_length=10, choices=Status, default=Status.ACTIVE)
    pinned = models.BooleanField(default=False)
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    last_message_at = models.DateTimeField(auto_now_add=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ConversationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(channel__in=["web", "widget", "api", "openai", "share", "preview"]),
                name="conversation_channel",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["active", "archived"]), name="conversation_status"
            ),
            models.CheckConstraint(
                condition=Q(total_messages__gte=0, total_tokens__gte=0),
                name="conversation_counts_positive",
            ),
            models.CheckConstraint(
                condition=Q(temperature__isnull=True) | Q(temperature__gte=0, temperature__lte=2),
                name="conversation_temperature",
            ),
        ]
        indexes = [
            models.Index("owner", F("created_at").desc(), name="conversation_owner_created"),
            models.Index("user", F("last_message_at").desc(), name="conversation_user_recent"),
            models.Index("last_message_at", name="conversation_last_message"),
            models.Index(
                "user",
                F("last_message_at").desc(),
                name="conversation_history",
                condition=~Q(channel="openai"),
            ),
        ]

    def __str__(self) -> str:
        return self.title or str(_("New conversation"))

    def get_absolute_url(self) -> str:
        if self.is_preview:
            return reverse("chatbot:preview", args=[self.chatbot.slug])
        return reverse("conversations:detail", args=[self.pk])

    @property
    def is_preview(self) -> bool:
        """It is answered by the chatbot's draft."""
        return self.channel == self.Channel.PREVIEW
