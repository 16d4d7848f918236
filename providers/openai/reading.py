"""What the lines of an OpenAI stream say."""

import json
from typing import Any

from providers.base import ChatRequest, Finished, TextDelta, ToolCalled, Usage
from providers.openai.errors import in_stream
from providers.openai.tools import Calls
from providers.refusals import told


class Answer:
    """Collects what comes besides text. Usage follows the finish reason, or never comes."""

    def __init__(self, request: ChatRequest) -> None:
        self.request, self.reason = request, ""
        self.usage: dict[str, int] | None = None
        self.said: list[str] = []
        self._calls = Calls()

    def read(self, line: bytes) -> list[TextDelta]:
        try:
            chunk = json.loads(line)
            if problem := chunk.get("error"):
                raise in_stream(problem)
            self.usage = chunk.get("usage") or self.usage
            return [TextDelta(text) for choice in chunk["choices"] if (text := self._text(choice))]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise told("bad_answer") from error

    def _text(self, choice: dict[str, Any]) -> str:
        self.reason = choice.get("finish_reason") or self.reason
        delta = choice.get("delta") or {}
        for piece in delta.get("tool_calls") or ():
            self._calls.read(piece)
        text: str = delta.get("content") or ""
        self.said.append(text)
        return text

    def calls(self) -> list[ToolCalled]:
        """Those that were told to their end: none of an answer that was cut."""
        return self._calls.made() if self.reason else []

    def finished(self) -> Finished | None:
        """None when the provider gave no finish reason: the stream was cut."""
        return Finished(self.reason, self._usage()) if self.reason else None

    def _usage(self) -> Usage:
        try:
            counted = self.usage or {}
            return Usage(counted["prompt_tokens"], counted["completion_tokens"], exact=True)
        except (KeyError, TypeError):
            return Usage.estimated(self.request, "".join(self.said))
