"""Conversations and messages as the API shows them and takes them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.rest.strict import StrictModelSerializer, StrictSerializer, finite
from conversations.feedback import REASONS
from conversations.forms import LONGEST_QUESTION
from conversations.models import Conversation, Feedback, Message

OVERRIDES = ("model", "system_prompt", "temperature")
TOOL_STATUSES = ("running", "done", "refused", "failed")
WRITABLE = {"title", "status", "pinned", "leaf", *OVERRIDES}


class MatchSerializer(serializers.Serializer):
    """Where a conversation says what was searched for: its newest message with all the words."""

    message_id = serializers.UUIDField()
    excerpt = serializers.CharField()


class ConversationSerializer(StrictModelSerializer):
    leaf = serializers.UUIDField(
        source="leaf_id",
        allow_null=True,
        required=False,
        help_text="The message whose branch is shown and goes on; null: the newest.",
    )
    match = serializers.SerializerMethodField(
        help_text="Of a search; null without one, and where only the title has the words."
    )

    class Meta:
        model = Conversation
        fields = [
            "id",
            "chatbot",
            "title",
            "status",
            "pinned",
            "leaf",
            "model",
            "system_prompt",
            "temperature",
            "channel",
            "total_messages",
            "total_tokens",
            "started_at",
            "last_message_at",
            "created_at",
            "updated_at",
            "match",
        ]
        read_only_fields = [name for name in fields if name not in WRITABLE]
        extra_kwargs = {
            "model": {"help_text": "Instead of the chatbot's; who may change it may choose one."},
            "system_prompt": {"help_text": "Added to the chatbot's."},
            "temperature": {"help_text": "Instead of the chatbot's; null: the chatbot's."},
        }

    @extend_schema_field(MatchSerializer(allow_null=True))
    def get_match(self, conversation: Conversation) -> dict[str, Any] | None:
        match = self.context.get("matches", {}).get(conversation.pk)
        return MatchSerializer(match).data if match else None

    def validate_temperature(self, temperature: float | None) -> float | None:
        if temperature is not None:
            finite(temperature)
        return temperature


class NewConversationSerializer(StrictSerializer):
    chatbot = serializers.CharField(max_length=60, help_text="Id or slug.")
    title = serializers.CharField(
        max_length=200,
        allow_blank=True,
        default="",
        help_text="Empty: taken from the first question.",
    )


class CitationSerializer(serializers.Serializer):
    """The words quoted are the document's text from start_char to end_char, in code points.

    Of an edited chunk they may be a person's: then `original` is the document's text there.
    """

    number = serializers.IntegerField()
    document_id = serializers.UUIDField()
    document_name = serializers.CharField()
    chunk_id = serializers.UUIDField()
    page = serializers.IntegerField(allow_null=True)
    quote = serializers.CharField()
    start_char = serializers.IntegerField()
    end_char = serializers.IntegerField()
    original = serializers.CharField(
        default="", help_text="What the document says where the quote was put in by an edit."
    )
    section = serializers.CharField(default="", help_text="The headings it stands under.")


class ClaimSerializer(serializers.Serializer):
    """A cited statement of the answer, its text from start to end in code points.

    Supported by a quote, its words or its meaning; else something else speaks against it: a number
    or a name the source lacks, what one of them denies, or that they are unlike each other.
    """

    start = serializers.IntegerField()
    end = serializers.IntegerField()
    numbers = serializers.ListField(
        child=serializers.IntegerField(), help_text="Of the citations it has."
    )
    supported = serializers.BooleanField()
    reason = serializers.ChoiceField(
        choices=["quote", "words", "meaning", "number", "name", "denial", "unlike"]
    )


class ToolCallSerializer(serializers.Serializer):
    """A step before the answer: a tool that its model called. `planning` is why there were no
    more, or none at all."""

    id = serializers.CharField()
    name = serializers.CharField()
    label = serializers.CharField()
    arguments = serializers.DictField(child=serializers.CharField())
    status = serializers.ChoiceField(choices=TOOL_STATUSES)
    summary = serializers.CharField()
    ms = serializers.IntegerField(allow_null=True)


class SummarySerializer(serializers.Serializer):
    """Made for this answer, of the turns up to a message that no longer fit the model's window."""

    text = serializers.CharField(help_text="Empty: the turns were left out.")
    until = serializers.UUIDField()
    turns = serializers.IntegerField()


class MessageSerializer(serializers.Serializer):
    """A message. `error_code` and `error_message` tell why an answer ended badly."""

    id = serializers.UUIDField()
    conversation = serializers.UUIDField()
    parent = serializers.UUIDField(allow_null=True)
    role = serializers.ChoiceField(choices=Message.Role.choices)
    content = serializers.CharField()
    status = serializers.ChoiceField(choices=Message.Status.choices)
    citations = CitationSerializer(many=True)
    claims = ClaimSerializer(many=True)
    query = serializers.CharField(
        help_text="What was searched for, where it is not the question itself."
    )
    tool_calls = ToolCallSerializer(many=True)
    summary = SummarySerializer(allow_null=True)
    model_used = serializers.CharField()
    tokens_input = serializers.IntegerField()
    tokens_output = serializers.IntegerField()
    processing_time_ms = serializers.IntegerField(allow_null=True)
    first_token_ms = serializers.IntegerField(allow_null=True)
    credits = serializers.IntegerField()
    error_code = serializers.CharField()
    error_message = serializers.CharField()
    created_at = serializers.DateTimeField()

    def to_representation(self, message: Message) -> dict[str, Any]:
        return message.as_event()


class EventSerializer(serializers.Serializer):
    """One server-sent event of an answer; `id` is what to come back with as `Last-Event-ID`."""

    id = serializers.CharField()
    event = serializers.ChoiceField(
        choices=[
            "message.created",
            "retrieval",
            "tool",
            "delta",
            "citation",
            "error",
            "usage",
            "message.completed",
        ]
    )
    data = serializers.CharField(help_text="A JSON object.")


class AnswerSerializer(StrictSerializer):
    stream = serializers.BooleanField(default=False, help_text="Answer as server-sent events.")


class QuestionSerializer(AnswerSerializer):
    content = serializers.CharField(max_length=LONGEST_QUESTION)
    parent = serializers.UUIDField(
        required=False,
        allow_null=True,
        help_text="The answer it replies to; null: none, it begins a branch of its own. "
        "Not named: the end of the branch that is shown.",
    )


class FeedbackSerializer(StrictModelSerializer):
    class Meta:
        model = Feedback
        fields = [
            *("id", "conversation", "message", "rating", "reason", "comment"),
            *("created_at", "updated_at"),
        ]
        read_only_fields = ["id", "conversation", "message", "created_at", "updated_at"]
        extra_kwargs = {
            "reason": {"help_text": f"Your own word, or one of: {', '.join(REASONS)}."},
        }


class ExportSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    title = serializers.CharField()
    chatbot = serializers.DictField(child=serializers.CharField())
    created_at = serializers.DateTimeField()
    messages = MessageSerializer(many=True)
