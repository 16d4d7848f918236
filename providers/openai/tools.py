"""Tools in OpenAI's protocol: offered, asked for in pieces, answered.

https://platform.openai.com/docs/guides/function-calling
"""

import json
from typing import Any

from language.storable import storable
from providers.base import ChatMessage, Tool, ToolCalled

LONGEST_ARGUMENTS = 20_000  # characters
MOST_CALLS = 32  # of one answer


def offered(tools: tuple[Tool, ...]) -> list[dict[str, Any]]:
    return [
        {
            "type": "function",
            "function": {
                "name": tool.name,
                "description": tool.description,
                "parameters": tool.parameters,
            },
        }
        for tool in tools
    ]


def message_of(message: ChatMessage) -> dict[str, Any]:
    told: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        told["tool_calls"] = [call.said or _said(call) for call in message.tool_calls]
    if message.answers:
        told["tool_call_id"] = message.answers.id
    return told


def _said(call: ToolCalled) -> dict[str, Any]:
    arguments = json.dumps(call.arguments or {})
    function = {"name": call.name, "arguments": arguments}
    return {"id": call.id, "type": "function", "function": function}


class Calls:
    """Calls come in pieces, each naming the place of the call it belongs to.

    Some servers number every call 0 and tell them apart by name and id alone; some give a new id
    with every piece of one call. So a new call begins where a piece has a new id and a name.
    """

    def __init__(self) -> None:
        self._pieces: list[dict[str, Any]] = []
        self._at: dict[int, dict[str, Any]] = {}  # place → the call that is being told

    def read(self, piece: dict[str, Any]) -> None:
        place, function = piece.get("index") or 0, piece.get("function") or {}
        call = self._at.get(place)
        if call is None or (function.get("name") and piece.get("id") not in (None, call["id"])):
            if len(self._pieces) >= MOST_CALLS:
                return
            call = self._at[place] = {"id": "", "name": "", "arguments": ""}
            self._pieces.append(call)
        call["id"] = call["id"] or str(piece.get("id") or "")
        call["name"] = call["name"] or str(function.get("name") or "")
        if len(call["arguments"]) <= LONGEST_ARGUMENTS:
            call["arguments"] += str(function.get("arguments") or "")
        if more := piece.get("extra_content"):
            call["extra_content"] = more  # Gemini's signatures, by its way of this protocol

    def made(self) -> list[ToolCalled]:
        return [
            _made(call, f"call-{number}")
            for number, call in enumerate(self._pieces, start=1)
            if call["name"]
        ]


def _made(call: dict[str, Any], spare_id: str) -> ToolCalled:
    arguments = _arguments(call["arguments"])
    made = ToolCalled(storable(call["id"] or spare_id), storable(call["name"]), arguments)
    extra = {name: call[name] for name in ("extra_content",) if name in call}
    # Not as it stood where it was no JSON: servers refuse to read that back.
    return ToolCalled(made.id, made.name, arguments, {**_said(made), **extra})


def _arguments(written: str) -> dict[str, Any] | None:
    try:
        arguments = json.loads(written or "{}")
    except (ValueError, RecursionError):
        return None
    fits = isinstance(arguments, dict) and len(written) <= LONGEST_ARGUMENTS
    return arguments if fits else None
