"""An answer as OpenAI's objects: whole, or as the chunks of a stream."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

from conversations import prompts
from conversations.events import Event
from conversations.models import Message
from conversations.openai import errors
from conversations.readers import HEARTBEAT

DONE = b"data: [DONE]\n\n"
ENDED_WELL = {Message.Status.COMPLETE, Message.Status.STOPPED}
CUT = {"length", "content_filter"}  # their codes are OpenAI's words for it


@dataclass(frozen=True)
class Answering:
    """The answer to a call; what every object of it repeats."""

    message: Message
    model: str
    with_usage: bool = False  # in a stream, as its last chunk

    def head(self, kind: str) -> dict[str, Any]:
        return {
            "id": f"chatcmpl-{self.message.pk}",
            "object": kind,
            "created": int(self.message.created_at.timestamp()),
            "model": self.model,
            "conversation_id": str(self.message.conversation_id),
        }


def finish_reason(message: dict[str, Any]) -> str | None:
    """Of a message as its last event has it. None: it failed, and what it says is not an answer."""
    if message["status"] in ENDED_WELL:
        return "stop"
    return message["error_code"] if message["error_code"] in CUT else None


def failure(message: dict[str, Any]) -> tuple[str, str]:
    """Its code and what a person is told. An answer cut by our own end has neither."""
    code, text = message["error_code"], message["error_message"]
    return (code, text) if code else ("interrupted", prompts.interrupted())


def completion(answering: Answering, message: dict[str, Any], reason: str) -> dict[str, Any]:
    citations = message["citations"]
    said = {"role": "assistant", "content": message["content"], "refusal": None}
    choice = {
        "index": 0,
        "message": {**said, "citations": citations},
        "logprobs": None,
        "finish_reason": reason,
    }
    return {
        **answering.head("chat.completion"),
        "choices": [choice],
        "usage": _usage(message),
        "citations": citations,
    }


async def chunks(answering: Answering, events: AsyncIterator[Event | None]) -> AsyncIterator[bytes]:
    """The answer's events as OpenAI's chunks; `citations` are those bound so far."""
    citations: list[dict[str, Any]] = []
    yield _chunk(answering, {"role": "assistant", "content": ""})
    async for event in events:
        if event is None:
            yield HEARTBEAT
        elif event.name == "delta":
            yield _chunk(answering, {"content": event.data["text"]})
        elif event.name == "citation":
            citations.append(event.data)
            yield _chunk(answering, {}, citations=citations)
        elif event.name == "message.completed":
            for part in _ending(answering, event.data["message"]):
                yield part
            return
    # Whoever lost the right to read is told that there was more, and no more than that.
    yield _sent(errors.body(503, "interrupted", prompts.interrupted()))


def _ending(answering: Answering, message: dict[str, Any]) -> Iterator[bytes]:
    """Of a failed answer the error alone, without the mark of a stream that is whole."""
    reason = finish_reason(message)
    if reason is None:
        yield _sent(errors.body(503, *failure(message)))
        return
    citations = message["citations"]
    yield _chunk(answering, {"citations": citations}, reason, citations=citations)
    if answering.with_usage:
        yield _sent(
            {
                **answering.head("chat.completion.chunk"),
                "choices": [],
                "usage": _usage(message),
            }
        )
    yield DONE


def _chunk(
    answering: Answering, delta: dict[str, Any], reason: str | None = None, **more: Any
) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
    usage = {"usage": None} if answering.with_usage else {}
    head = answering.head("chat.completion.chunk")
    return _sent({**head, "choices": [choice], **usage, **more})


def _sent(data: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}\n\n".encode()


def _usage(message: dict[str, Any]) -> dict[str, int]:
    asked, said = message["tokens_input"], message["tokens_output"]
    return {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said}
