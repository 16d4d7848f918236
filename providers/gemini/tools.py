"""Tools in Gemini's protocol: https://ai.google.dev/gemini-api/docs/function-calling.

A call is said back exactly as it came: since Gemini 3 the service refuses one without its thought
signature (https://ai.google.dev/gemini-api/docs/thought-signatures).
"""

from itertools import groupby
from typing import Any

from language.storable import storable
from providers.base import ChatMessage, Tool, ToolCalled

ROLES = {"user": "user", "assistant": "model", "tool": "user"}


def offered(tools: tuple[Tool, ...]) -> list[dict[str, Any]]:
    declared = [
        {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
        for tool in tools
    ]
    return [{"functionDeclarations": declared}]


def contents_of(spoken: list[ChatMessage]) -> list[dict[str, Any]]:
    """Results side by side are one content, in the order of their calls."""
    told = []
    for _, together in groupby(enumerate(spoken), key=_belongs_to):
        messages = [message for _, message in together]
        parts = [part for message in messages for part in _parts(message)]
        told.append({"role": ROLES[messages[0].role], "parts": parts})
    return told


def _belongs_to(numbered: tuple[int, ChatMessage]) -> int:
    number, message = numbered
    return -1 if message.answers else number


def _parts(message: ChatMessage) -> list[dict[str, Any]]:
    if call := message.answers:
        answered = {"name": call.name, "response": {"result": message.content}}
        return [{"functionResponse": {**_id(call), **answered}}]
    text = [{"text": message.content}] if message.content or not message.tool_calls else []
    return [*text, *(call.said or _said(call) for call in message.tool_calls)]


def _said(call: ToolCalled) -> dict[str, Any]:
    return {"functionCall": {"name": call.name, "args": call.arguments or {}}}


def _id(call: ToolCalled) -> dict[str, str]:
    """Only the id that the service gave; older models give none."""
    given = ((call.said or {}).get("functionCall") or {}).get("id")
    return {"id": given} if given else {}


def call_in(part: dict[str, Any], number: int) -> ToolCalled | None:
    function = part.get("functionCall")
    if not function or not function.get("name"):
        return None
    arguments = function.get("args") or {}
    return ToolCalled(
        storable(str(function.get("id") or f"call-{number}")),
        storable(str(function["name"])),
        arguments if isinstance(arguments, dict) else None,
        part,
    )
