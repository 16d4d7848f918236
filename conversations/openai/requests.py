"""What a request for a completion may bring: OpenAI's fields, those that mean something here.

Fields we do not know are left alone, as clients of every kind send some.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.rest.strict import finite
from conversations.forms import LONGEST_QUESTION

MOST_MESSAGES = 1_000
LONGEST_ANSWER = 200_000  # characters, as many as a message's row takes
LONGEST_PROMPT = 20_000  # all system messages together, as many as a conversation's row takes
INSTRUCTING = ("system", "developer")
TOOLS = _("The chatbot's own tools run on the server; others cannot be handed in.")
STOP = _("An answer ends by itself or at max_tokens; it cannot be ended at a word.")
LOGPROBS = _("The probabilities of words are not told.")
TEXT_ALONE = _("Chatbots answer in text alone.")
ROLES = _("system, developer, user or assistant. Tools run on the server.")
CHOICES = _("One answer a request.")


@extend_schema_field(
    {
        "oneOf": [
            {"type": "string"},
            {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["type", "text"],
                    "properties": {"type": {"const": "text"}, "text": {"type": "string"}},
                },
            },
        ]
    }
)
class TextField(serializers.Field):
    """A string, or a list of parts that are text."""

    def to_internal_value(self, given: Any) -> str:
        text = "".join(map(_text_of, given)) if isinstance(given, list) else given
        if not isinstance(text, str):
            raise serializers.ValidationError(_("A string, or a list of parts of the type text."))
        if "\0" in text:
            raise serializers.ValidationError(_("Null characters are not allowed."))
        return text

    def to_representation(self, text: str) -> str:
        return text


def _text_of(part: Any) -> str:
    if not isinstance(part, dict) or part.get("type") != "text":
        raise serializers.ValidationError(_("Only text can be read here: no images, no sound."))
    text = part.get("text")
    if not isinstance(text, str):
        raise serializers.ValidationError(_("A part of the type text needs a text."))
    return text


@extend_schema_field({})
class Unsupported(serializers.Field):
    """A field that may be sent empty, as many clients do, and is refused with anything in it."""

    def __init__(self, why: Any, *empty: Any) -> None:
        super().__init__(required=False, help_text=str(why))
        self.why, self.empty = why, empty

    def validate_empty_values(self, given: Any) -> tuple[bool, Any]:
        return (True, None) if given is None else super().validate_empty_values(given)

    def to_internal_value(self, given: Any) -> None:
        if given is not False and given not in ("", [], {}, *self.empty):
            raise serializers.ValidationError(self.why)

    def to_representation(self, given: Any) -> None:
        return None


class CompletionTurnSerializer(serializers.Serializer):
    role = serializers.CharField(help_text=str(ROLES))
    content = TextField(allow_null=True, required=False)
    tool_calls = Unsupported(TOOLS)
    function_call = Unsupported(TOOLS)

    def validate_role(self, role: str) -> str:
        if role not in {*INSTRUCTING, "user", "assistant"}:
            raise serializers.ValidationError(ROLES)
        return role

    def validate(self, turn: dict[str, Any]) -> dict[str, Any]:
        turn["content"] = text = turn.get("content") or ""
        if turn["role"] == "user" and not text.strip():
            raise serializers.ValidationError({"content": _("A user's message needs words.")})
        most = LONGEST_ANSWER if turn["role"] == "assistant" else LONGEST_QUESTION
        if len(text) > most:
            told = _("This has more than %s characters.") % f"{most:,}"
            raise serializers.ValidationError({"content": told})
        return turn


class ResponseFormatSerializer(serializers.Serializer):
    type = serializers.CharField()

    def validate_type(self, kind: str) -> str:
        if kind != "text":
            raise serializers.ValidationError(TEXT_ALONE)
        return kind


class StreamOptionsSerializer(serializers.Serializer):
    include_usage = serializers.BooleanField(default=False, allow_null=True)


class CompletionRequestSerializer(serializers.Serializer):
    """Sets what is asked, and with it: `prompt`, `turns` (the history) and `question`."""

    model = serializers.CharField(max_length=120, help_text="The chatbot's slug.")
    messages = CompletionTurnSerializer(
        many=True,
        max_length=MOST_MESSAGES,
        allow_empty=False,
        help_text="The last one is the user's. System messages are added to the chatbot's own.",
    )
    stream = serializers.BooleanField(default=False, allow_null=True)
    stream_options = StreamOptionsSerializer(required=False, allow_null=True)
    temperature = serializers.FloatField(
        min_value=0, max_value=2, required=False, allow_null=True, help_text="The chatbot's."
    )
    max_tokens = serializers.IntegerField(
        min_value=1, required=False, allow_null=True, help_text="At most the chatbot's."
    )
    max_completion_tokens = serializers.IntegerField(
        min_value=1, required=False, allow_null=True, help_text="The same by its newer name."
    )
    response_format = ResponseFormatSerializer(required=False, allow_null=True)
    n = Unsupported(CHOICES, 1)
    stop = Unsupported(STOP)
    tools = Unsupported(TOOLS)
    tool_choice = Unsupported(TOOLS, "none", "auto")
    functions = Unsupported(TOOLS)
    function_call = Unsupported(TOOLS, "none", "auto")
    logprobs = Unsupported(LOGPROBS)
    modalities = Unsupported(TEXT_ALONE, ["text"])

    def validate_temperature(self, value: float | None) -> float | None:
        if value is not None:
            finite(value)
        return value

    def validate(self, wanted: dict[str, Any]) -> dict[str, Any]:
        turns = wanted["messages"]
        prompt = [turn["content"] for turn in turns if turn["role"] in INSTRUCTING]
        wanted["prompt"] = "\n\n".join(filter(None, prompt))
        if len(wanted["prompt"]) > LONGEST_PROMPT:
            told = _("All system messages together may have %s characters.") % LONGEST_PROMPT
            raise serializers.ValidationError({"messages": told})
        said = [turn for turn in turns if turn["role"] not in INSTRUCTING]
        if not said or said[-1]["role"] != "user":
            raise serializers.ValidationError({"messages": _("The last message is the user's.")})
        wanted["turns"], wanted["question"] = said[:-1], said[-1]["content"].strip()
        return wanted
