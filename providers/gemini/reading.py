"""What the lines of a Gemini stream say."""

import json
from typing import Any

from providers.account import Account
from providers.base import ChatRequest, Finished, TextDelta, ToolCalled, Usage
from providers.errors import ProviderError
from providers.gemini.errors import refusal
from providers.gemini.tools import call_in
from providers.refusals import told

KNOWN = {"candidates", "promptFeedback", "usageMetadata", "error"}
REASONS = {"STOP": "stop", "MAX_TOKENS": "length"}
FILTERS = {
    "SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "MODEL_ARMOR",
}  # fmt: skip


class Answer:
    """Collects what comes besides text: the reason of the end, and the counts so far."""

    def __init__(self, request: ChatRequest, account: Account) -> None:
        self.request, self.account, self.reason = request, account, ""
        self.usage: dict[str, int] = {}
        self.said: list[str] = []
        self._calls: list[ToolCalled] = []

    def read(self, line: bytes) -> list[TextDelta]:
        try:
            chunk = json.loads(line)
            if not KNOWN & chunk.keys():
                raise KeyError("candidates")
            self._check(chunk)
            self.usage = chunk.get("usageMetadata") or self.usage
            return [TextDelta(text) for candidate in chunk.get("candidates") or []
                    if (text := self._text(candidate))]  # fmt: skip
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise told("bad_answer") from error

    def _check(self, chunk: dict[str, Any]) -> None:
        if problem := chunk.get("error"):
            raise refusal(problem["code"], chunk, self.account)
        if (chunk.get("promptFeedback") or {}).get("blockReason"):
            raise told("content_filter")

    def _text(self, candidate: dict[str, Any]) -> str:
        self.reason = candidate.get("finishReason") or self.reason
        parts = (candidate.get("content") or {}).get("parts") or []
        for part in parts:
            if call := call_in(part, len(self._calls) + 1):
                self._calls.append(call)
        text = "".join(part.get("text") or "" for part in parts if not part.get("thought"))
        self.said.append(text)
        return text

    def calls(self) -> list[ToolCalled]:
        """None of an answer that was cut."""
        return self._calls if self.reason in REASONS else []

    def finished(self) -> Finished | None:
        """None when no reason was given: the stream was cut. Raises for reasons that are none."""
        if not self.reason:
            return None
        if self.reason in FILTERS:
            raise told("content_filter")
        if self.reason not in REASONS:
            message = f"The model stopped before it was done ({self.reason}). Try again."
            raise ProviderError(message, code="stopped_early", permanent=False)
        return Finished(REASONS[self.reason], self._usage())

    def _usage(self) -> Usage:
        if "promptTokenCount" not in self.usage:
            return Usage.estimated(self.request, "".join(self.said))
        counted = self.usage.get
        written = counted("candidatesTokenCount", 0) + counted("thoughtsTokenCount", 0)
        return Usage(self.usage["promptTokenCount"], written, exact=True)
