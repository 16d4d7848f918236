"""A chatbot: a name, its knowledge and how it answers."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts.models import Project, User
from chatbots.look import DEFAULT_ACCENT
from documents.models import Document
from documents.retrieval import Parameters, SearchScope
from documents.retrieval.parameters import MEANING

DEFAULT_WELCOME = _("Hi! How can I help you today?")


MOST_SUGGESTED = 6
PART = [MinValueValidator(0), MaxValueValidator(1)]


class ChatbotQuerySet(models.QuerySet["Chatbot"]):
    def for_user(self, user: User) -> ChatbotQuerySet:
        """One's own, with every right; not those of projects."""
        return self.filter(owner=user)

    def visible_to(self, user: User) -> ChatbotQuerySet:
        """One's own, and those of projects one is a member of."""
        return self.filter(Q(owner=user) | Q(project__in=Project.objects.visible_to(user)))

    def editable_by(self, user: User) -> ChatbotQuerySet:
        """One's own, and those of projects one may change."""
        return self.filter(Q(owner=user) | Q(project__in=Project.objects.editable_by(user)))

    def active(self) -> ChatbotQuerySet:
        return self.filter(is_active=True)

    def newest_first(self) -> ChatbotQuerySet:
        return self.order_by("-created_at", "-id")


class Chatbot(models.Model):
    class Status(models.TextChoices):
        ACTIVE = "active", _("active")
        INACTIVE = "inactive", _("inactive")
        TRAINING = "training", _("training")
        ERROR = "error", _("error")

    class SearchMode(models.TextChoices):
        HYBRID = "hybrid", _("meaning and words")
        VECTOR = "vector", _("meaning")
        TEXT = "text", _("words")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="chatbots")
    project = models.ForeignKey(
        Project, null=True, blank=True, on_delete=models.SET_NULL, related_name="chatbots"
    )
    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(_("address"), max_length=60, unique=True)
    description = models.CharField(_("description"), max_length=500, blank=True)
    welcome_message = models.CharField(
        _("welcome message"), max_length=500, default=DEFAULT_WELCOME, blank=True
    )
    avatar = models.CharField(_("sign"), max_length=8, blank=True)  # a letter or an emoji
    suggested_questions = ArrayField(
        models.CharField(max_length=200),
        verbose_name=_("suggested questions"),
        default=list,
        blank=True,
        size=MOST_SUGGESTED,
    )
    system_prompt = models.TextField(_("system prompt"), max_length=20_000, blank=True)
    model = models.CharField(_("model"), max_length=120, blank=True)
    temperature = models.FloatField(
        _("temperature"),
        default=0.7,
        validators=[MinValueValidator(0), MaxValueValidator(2)],
    )
    max_tokens = models.PositiveIntegerField(
        _("longest answer (tokens)"),
        default=1024,
        validators=[MinValueValidator(1), MaxValueValidator(32_000)],
    )
    visitor_credits_daily = models.PositiveIntegerField(
        _("credits a day for others than you"), null=True, blank=True
    )
    documents = models.ManyToManyField(
        Document, through="ChatbotDocument", blank=True, verbose_name=_("documents")
    )
    reads_library = models.BooleanField(_("reads the whole library"), default=True)
    top_k = models.PositiveSmallIntegerField(
        _("passages to read"),
        default=8,
        validators=[MinValueValidator(1), MaxValueValidator(50)],
    )
    search_mode = models.CharField(
        _("search by"), max_length=10, choices=SearchMode, default=SearchMode.HYBRID
    )
    meaning = models.FloatField(
        _("weight of meaning against words"), default=MEANING, validators=PART
    )
    minimum_score = models.FloatField(
        _("leave out passages below this part of the best score"), default=0, validators=PART
    )
    rerank_model = models.CharField(_("reranking model"), max_length=120, blank=True)
    refusal_text = models.CharField(_("when nothing is found"), max_length=500, blank=True)
    strict = models.BooleanField(_("answers from the documents alone"), default=True)
    tools = ArrayField(
        models.CharField(max_length=40), verbose_name=_("tools"), default=list, blank=True
    )
    configuration = models.JSONField(default=dict, blank=True)  # its look: the accent colour …
    published = models.ForeignKey(
        "ChatbotVersion", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    is_public = models.BooleanField(_("public"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.ACTIVE)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ChatbotQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(temperature__gte=0, temperature__lte=2), name="chatbot_temperature"
            ),
            models.CheckConstraint(condition=Q(max_tokens__gte=1), name="chatbot_max_tokens"),
            models.CheckConstraint(condition=Q(top_k__gte=1, top_k__lte=50), name="chatbot_top_k"),
            models.CheckConstraint(
                condition=Q(search_mode__in=["hybrid", "vector", "text"]),
                name="chatbot_search_mode",
            ),
            models.CheckConstraint(
                condition=Q(meaning__range=(0, 1), minimum_score__range=(0, 1)),
                name="chatbot_search_weights",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["active", "inactive", "training", "error"]),
                name="chatbot_status",
            ),
        ]
        indexes = [
            models.Index("owner", F("created_at").desc(), F("id").desc(), name="chatbot_owner_new")
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:
        self.slug = self.slug or free_slug(self.name)
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("chatbots:detail", args=[self.slug])

    @property
    def sign(self) -> str:
        """What stands beside its words."""
        return self.avatar or self.name[:1]

    @property
    def accent(self) -> str:
        return self.configuration.get("accent", DEFAULT_ACCENT)

    def search_scope(self) -> SearchScope:
        """What this chatbot may read: the owner's library, or the documents chosen for it. In a
        project, no document that is not the project's at this moment.

        Chosen and since deleted means nothing to read, never the whole library.
        """
        if self.reads_library and self.project_id is None:
            return SearchScope(self.owner_id, chatbot_id=self.pk)
        mine = Document.objects.filter(owner=self.owner_id)
        if not self.reads_library:
            mine = mine.filter(chatbotdocument__chatbot=self)
        if self.project_id:
            mine = mine.filter(project_documents__project=self.project_id)
        return SearchScope(self.owner_id, tuple(mine.values_list("pk", flat=True)), self.pk)

    def search_parameters(self) -> Parameters:
        return Parameters(
            top_k=self.top_k,
            mode=self.search_mode,
            meaning=self.meaning,
            minimum=self.minimum_score,
            rerank_model=self.rerank_model,
        )

    def read_documents(self, documents: list[Document]) -> None:
        """Choose what it reads; no documents means the owner's whole library."""
        ChatbotDocument.objects.filter(chatbot=self).exclude(document__in=documents).delete()
        ChatbotDocument.objects.bulk_create(
            [
                ChatbotDocument(chatbot=self, document=document, owner_id=self.owner_id)
                for document in documents
            ],
            ignore_conflicts=True,
        )
        self.reads_library = not documents
        self.save(update_fields=["reads_library", "updated_at"])


class ChatbotDocument(models.Model):
    chatbot = models.ForeignKey(Chatbot, on_delete=models.CASCADE)
    document = models.ForeignKey(Document, on_delete=models.CASCADE)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["chatbot", "document"], name="chatbotdocument_once")
        ]

    def __str__(self) -> str:
        return f"{self.chatbot_id} reads {self.document_id}"


class ChatbotVersion(models.Model):
    """How a chatbot behaved when it was published; what it reads is not part of it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    chatbot = models.ForeignKey(Chatbot, on_delete=models.CASCADE, related_name="versions")
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    author = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    number = models.PositiveIntegerField()
    behaviour = models.JSONField()
    note = models.CharField(_("note"), max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["chatbot", "number"], name="version_number_once_per_chatbot"
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="version_number"),
        ]

    def __str__(self) -> str:
        return f"{self.chatbot} {self.number}"


def free_slug(name: str) -> str:
    """A short address from the name; the random tail keeps it from telling who else has one."""
    base = slugify(name)[:40] or "chatbot"
    return f"{base}-{get_random_string(6, 'abcdefghijkmnpqrstuvwxyz23456789')}"
