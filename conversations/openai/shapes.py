"""The shapes of OpenAI's answers, for the schema; what is ours in them has a help text."""

from __future__ import annotations

from rest_framework import serializers

from conversations.api.serializers import CitationSerializer

FINISH_REASONS = ["stop", "length", "content_filter"]


class CompletionUsageSerializer(serializers.Serializer):
    prompt_tokens = serializers.IntegerField()
    completion_tokens = serializers.IntegerField()
    total_tokens = serializers.IntegerField()


class CompletionHeadSerializer(serializers.Serializer):
    id = serializers.CharField(help_text="`chatcmpl-` and the id of the message.")
    created = serializers.IntegerField(help_text="Seconds since 1970.")
    model = serializers.CharField()
    conversation_id = serializers.UUIDField(help_text="Of `/api/v1/conversations/`.")


class CompletionMessageSerializer(serializers.Serializer):
    role = serializers.CharField(help_text="`assistant`.")
    content = serializers.CharField()
    refusal = serializers.CharField(allow_null=True)
    citations = CitationSerializer(many=True, help_text="What the marks [1] to [n] stand for.")


class CompletionChoiceSerializer(serializers.Serializer):
    index = serializers.IntegerField()
    message = CompletionMessageSerializer()
    logprobs = serializers.CharField(allow_null=True, help_text="Always null.")
    finish_reason = serializers.ChoiceField(choices=FINISH_REASONS)


class CompletionSerializer(CompletionHeadSerializer):
    object = serializers.CharField(help_text="`chat.completion`.")
    choices = CompletionChoiceSerializer(many=True)
    usage = CompletionUsageSerializer()
    citations = CitationSerializer(many=True, help_text="The same once more.")


class CompletionEventSerializer(serializers.Serializer):
    """One event of a stream."""

    data = serializers.CharField(
        help_text='A chunk of OpenAI\'s as JSON, `{"error": …}`, or at the end `[DONE]`.'
    )
