"""Chatbots and their versions as the API shows them and takes them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts import answering
from accounts.answering import Models
from accounts.models import Project, User
from accounts.rest.shared import EDITABLE, OWN, role_missing, shared_or_problem
from accounts.rest.strict import StrictModelSerializer, StrictSerializer, WordsField, finite
from chatbots import tools, versions
from chatbots.choices import may_be_reranker
from chatbots.look import ACCENTS
from chatbots.models import MOST_SUGGESTED, Chatbot, ChatbotVersion

MAX_DOCUMENTS = 1_000


class ReadDocumentsField(serializers.ListField):
    child = serializers.UUIDField()

    def get_attribute(self, chatbot: Chatbot) -> list[UUID]:
        return [link.document_id for link in chatbot.chatbotdocument_set.all()]


class ConfigurationSerializer(StrictSerializer):
    accent = serializers.ChoiceField(choices=list(ACCENTS.items()), required=False)


class ChatbotSerializer(StrictModelSerializer):
    slug = serializers.SlugField(max_length=60, required=False)
    project = serializers.UUIDField(
        source="project_id",
        required=False,
        allow_null=True,
        help_text="Its members use the chatbot too; it belongs to the project's owner. Moving it "
        "later is the owner's.",
    )
    documents = ReadDocumentsField(
        required=False,
        max_length=MAX_DOCUMENTS,
        help_text="Ids of the documents it reads, all of its project if it is in one. Empty: the "
        "whole project, or library.",
    )
    suggested_questions = serializers.ListField(
        child=WordsField(max_length=200), required=False, max_length=MOST_SUGGESTED
    )
    configuration = ConfigurationSerializer(required=False)
    published_version = serializers.IntegerField(
        source="published.number",
        default=None,
        read_only=True,
        allow_null=True,
        help_text="Whose behaviour answers. Null: never published, what stands here answers.",
    )
    has_unpublished_changes = serializers.SerializerMethodField()

    class Meta:
        model = Chatbot
        fields = [
            "id",
            "project",
            "name",
            "slug",
            "description",
            "avatar",
            "welcome_message",
            "suggested_questions",
            "system_prompt",
            "model",
            "temperature",
            "max_tokens",
            "top_k",
            "search_mode",
            "meaning",
            "minimum_score",
            "rerank_model",
            "refusal_text",
            "strict",
            "tools",
            "configuration",
            "documents",
            "reads_library",
            "is_public",
            "is_active",
            "visitor_credits_daily",
            "status",
            "published_version",
            "has_unpublished_changes",
            "created_at",
            "updated_at",
        ]
        read_only_fields = ["reads_library", "is_public", "status"]
        extra_kwargs = {
            "avatar": {"help_text": "A letter or an emoji. Empty: the name's first letter."},
            "model": {"help_text": "One of the owner's `/chat-models/`. Empty: their default."},
            "meaning": {"help_text": "Weight of meaning against words, 0 to 1."},
            "minimum_score": {"help_text": "Part of the best score, 0 to 1; 0 leaves none out."},
            "rerank_model": {"help_text": "Empty: the installation's, if any; `none`: none."},
            "strict": {"help_text": "False: it may answer from what the model knows, saying so."},
            "tools": {"help_text": "Names of tools its model may call."},
            "visitor_credits_daily": {
                "help_text": "What all but its owner may spend of the owner's credits in a day; "
                "null: no cap. The owner's to set."
            },
        }

    def get_has_unpublished_changes(self, chatbot: Chatbot) -> bool:
        return versions.has_changes(chatbot)

    def validate_tools(self, names: list[str]) -> list[str]:
        kept = self.instance.tools if self.instance else []
        if names != kept:
            tools.validate_tools(names)
        return names

    def validate_temperature(self, temperature: float) -> float:
        finite(temperature)
        return temperature

    def validate_meaning(self, weight: float) -> float:
        finite(weight)
        return weight

    def validate_minimum_score(self, score: float) -> float:
        finite(score)
        return score

    def validate(self, wanted: dict[str, Any]) -> dict[str, Any]:
        if "project_id" in wanted:
            pk = wanted.pop("project_id")
            wanted["project"] = self._project(pk)
        self.owner = self._owner(wanted.get("project"))
        if "visitor_credits_daily" in wanted and self.owner.pk != self._user.pk:
            raise role_missing(OWN)
        if wanted.keys() & {"model", "rerank_model"}:
            self._check_models(wanted, answering.models_of(self.owner))
        return wanted

    @property
    def _user(self) -> User:
        return self.context["request"].user

    def _owner(self, project: Project | None) -> User:
        """Whose documents, models and keys it uses."""
        row = self.instance or project
        return self._user if row is None or row.owner_id == self._user.pk else row.owner

    def _project(self, pk: UUID | None) -> Project | None:
        """404 for one that is not seen, 403 for one that may not be changed."""
        if self.instance and pk == self.instance.project_id:
            return self.instance.project
        if self.instance and self.instance.owner_id != self._user.pk:
            raise role_missing(OWN)
        if pk is None:
            return None
        visible = Project.objects.visible_to(self._user)
        return shared_or_problem(visible, self._user, OWN if self.instance else EDITABLE, pk=pk)

    def _check_models(self, wanted: dict[str, Any], models: Models) -> None:
        """Those of the owner, and what it has already."""
        kept = self.instance or Chatbot()
        checks = {
            "model": lambda name: not name or models.include(name),
            "rerank_model": lambda name: may_be_reranker(models.accounts, name),
        }
        for field, is_known in checks.items():
            name = wanted.get(field, "")
            if name != getattr(kept, field) and not is_known(name):
                raise serializers.ValidationError({field: [_("There is no such model here.")]})


class PublishSerializer(StrictSerializer):
    note = serializers.CharField(
        max_length=300, required=False, default="", allow_blank=True, help_text="What is new."
    )


class LineSerializer(serializers.Serializer):
    sign = serializers.CharField(help_text="`-` goes, `+` comes, a space stays, `…` leaves out.")
    text = serializers.CharField()


class ChangeSerializer(serializers.Serializer):
    field = serializers.CharField()
    before = serializers.JSONField()
    after = serializers.JSONField()
    lines = LineSerializer(many=True, help_text="Of texts and lists.")


class VersionSerializer(serializers.ModelSerializer):
    """`behaviour` is whole: of a setting that came later, what a new chatbot has."""

    author = serializers.UUIDField(source="author_id", allow_null=True)
    is_published = serializers.SerializerMethodField()
    behaviour = serializers.SerializerMethodField()
    unavailable = serializers.SerializerMethodField(
        help_text="Models and tools it names that are gone."
    )

    class Meta:
        model = ChatbotVersion
        fields = ["number", "note", "author", "is_published", "behaviour", "unavailable",
                  "created_at"]  # fmt: skip

    def get_is_published(self, version: ChatbotVersion) -> bool:
        return version.pk == self.context["chatbot"].published_id

    def get_behaviour(self, version: ChatbotVersion) -> dict[str, Any]:
        return versions.whole(version)

    def get_unavailable(self, version: ChatbotVersion) -> list[str]:
        return versions.unavailable(versions.whole(version), self.context["models"])


class ComparedVersionSerializer(VersionSerializer):
    changes = ChangeSerializer(
        many=True, allow_null=True, help_text="From `against` to this version, if asked for."
    )

    class Meta(VersionSerializer.Meta):
        fields = [*VersionSerializer.Meta.fields, "changes"]
