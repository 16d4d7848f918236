"""What the lines of an OpenAI stream say."""

import json
from collections.abc import Iterator
from typing import Any

from providers.base import ChatRequest, Finished, TextDelta, ToolCalled, Usage
from providers.openai.errors import in_stream
from providers.openai.tools import Calls
from providers.refusals import told

DONE = b"[DONE]"


class Answer:
    """Collects what comes besides text. Usage follows the finish reason, or never comes."""

    def __init__(self, request: ChatRequest, *, in_gulps: bool = False) -> None:
        """in_gulps: the lines that are read together are all that had come."""
        self.request, self.reason, self._is_all = request, "", in_gulps
        self.usage: dict[str, int] | None = None
        self.said: list[str] = []
        self._calls = Calls()

    def read(self, lines: list[bytes]) -> Iterator[TextDelta]:
        """Their text as one; before an error what was said until then."""
        before = len(self.said)
        try:
            for line in lines:
                if line != DONE:
                    self._read(line)
        finally:
            if text := "".join(self.said[before:]):
                yield TextDelta(text, self._is_all)

    def _read(self, line: bytes) -> None:
        try:
            chunk = json.loads(str(line, "utf-8"))
            if problem := chunk.get("error"):
                raise in_stream(problem)
            self.usage = chunk.get("usage") or self.usage
            for choice in chunk["choices"]:
                self._hear(choice)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise told("bad_answer") from error

    def _hear(self, choice: dict[str, Any]) -> None:
        self.reason = choice.get("finish_reason") or self.reason
        delta = choice.get("delta") or {}
        for piece in delta.get("tool_calls") or ():
            self._calls.read(piece)
        text: str = delta.get("content") or ""
        self.said.append(text)

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
