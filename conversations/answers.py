"""Answering a question: find passages, ask the model, bind citations.

`asking` has written the rows; `answer` produces the text as events, `storing` stores how it ended.
The producer (`producers.py`) drives both; pages and API relay the events.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from accounts.connections import in_thread
from conversations import allowance, prompts, standalone
from conversations.citations import Binder, Citation
from conversations.claims import Claim
from conversations.condensing import Condensed, condensed, that_fit
from conversations.events import Event, retrieval
from conversations.planning import Plan, carry_out, merged
from conversations.turns import Turn
from documents.models import SearchLog
from documents.retrieval import Passage, retrieve
from language.tokens import estimate_tokens
from providers import registry
from providers.asides import Meter
from providers.base import (
    ChatMessage,
    ChatModel,
    ChatRequest,
    Finished,
    TakenOver,
    TextDelta,
    Usage,
)

Part = TypeVar("Part")
LONGEST = 200_000  # characters of an answer; its row takes no more
GULP_SECONDS = 0.08
WAITED_SECONDS = 0.001  # sooner than that it had arrived before


@dataclass
class Draft:
    """The answer so far; whoever stops the turn finds here what there is to store."""

    content: str = ""
    model_used: str = ""
    query: str = ""  # what was searched for, where it is not the question itself
    meter: Meter = field(default_factory=Meter)  # what models took besides the answer
    plan: Plan = field(default_factory=Plan)  # what tools came to
    summary: dict[str, Any] | None = None  # made of turns that did not fit
    passages: list[Passage] = field(default_factory=list)
    stored_passages: list[Passage] | None = None  # those that are in the row by now
    citations: list[Citation] = field(default_factory=list)
    binder: Binder | None = None
    claims: list[Claim] = field(default_factory=list)  # what became of each, once it is whole
    counted: Usage | None = None  # the provider's own word, which comes last
    reason: str = ""  # why the model ended
    asked: tuple[ChatMessage, ...] = ()  # what was sent to the model
    started: float = field(default_factory=time.monotonic)
    first_token_ms: int | None = None

    @property
    def usage(self) -> Usage:
        """What the provider counted; of an answer that was cut, what we estimate."""
        if self.counted:
            return self.counted
        sent = sum(message.tokens for message in self.asked)
        return Usage(sent, estimate_tokens(self.content), exact=False)

    def elapsed_ms(self) -> int:
        return round((time.monotonic() - self.started) * 1000)


async def answer(turn: Turn, draft: Draft) -> AsyncIterator[Event]:
    """The events of one answer, the draft growing along. Raises ProviderError.

    Holds no database connection: the search takes and gives back its own.
    """
    yield Event(
        "message.created",
        {"message_id": str(turn.message_id), "user_message_id": str(turn.user_message_id)},
    )
    query = await standalone.standalone(turn, draft.meter)
    draft.query = query if query != turn.question else ""
    draft.passages = await in_thread(_search, turn, query)
    yield Event("retrieval", retrieval(results_of(draft), draft.query))
    # In a thread: a provider's library, at its first use, takes a second to import.
    model = await in_thread(registry.chat_model, turn.model, turn.accounts)
    draft.model_used = model.name
    async for event in carry_out(turn, model, draft.meter, draft.plan):
        yield event
    if draft.plan.passages:
        draft.passages = merged(draft.passages, draft.plan.passages)
        yield Event("retrieval", retrieval(results_of(draft), draft.query))
    draft.passages = that_fit(draft.passages, model, turn.max_tokens)
    binder = draft.binder = Binder(draft.passages)
    request = await allowance.within(turn, await _request(turn, query, model, draft))
    draft.asked = request.messages
    async with (
        aclosing(model.stream(request)) as parts,
        aclosing(in_gulps(parts)) as gulps,
    ):
        async for part in gulps:
            if isinstance(part, TextDelta):
                for event in _show(binder.feed(part.text), draft):
                    yield event
                if len(draft.content) >= LONGEST:  # whatever max_tokens it was asked for
                    draft.reason = "length"
                    return
            elif isinstance(part, TakenOver):
                draft.model_used = part.model
            elif isinstance(part, Finished):
                draft.counted, draft.reason = part.usage, part.reason
    for event in _show(binder.finish(), draft):
        yield event


async def in_gulps(parts: AsyncIterator[Part]) -> AsyncGenerator[Part, None]:
    """The parts as they come, but after one that had to be waited for a short pause.

    Meanwhile more words arrive and are then read, bound, encoded and sent in one go: a fifth of
    the work for text that no eye sees later.
    """
    asked = time.monotonic()
    async for part in parts:
        waited = time.monotonic() - asked
        yield part
        if waited > WAITED_SECONDS or (isinstance(part, TextDelta) and part.is_all):
            await asyncio.sleep(GULP_SECONDS)
        asked = time.monotonic()


def _search(turn: Turn, query: str) -> list[Passage]:
    """In what the chatbot reads; what was dropped into the conversation gets half of the room."""
    how, origin = turn.search_parameters, SearchLog.Origin.CHAT
    if turn.attached is None:
        return retrieve(turn.search_scope, query, how, origin=origin).passages
    half = replace(how, top_k=-(-how.top_k // 2))
    dropped = retrieve(turn.attached, query, half, origin=origin).passages
    rest = replace(how, top_k=max(1, how.top_k - len(dropped)))
    return [*dropped, *retrieve(turn.search_scope, query, rest, origin=origin).passages]


def results_of(draft: Draft) -> list[dict[str, Any]]:
    return [passage.as_result() for passage in draft.passages]


async def _request(turn: Turn, query: str, model: ChatModel, draft: Draft) -> ChatRequest:
    alone = _request_of(turn, query, draft, Condensed([]))
    if not turn.history:
        return alone
    taken = "\n".join(message.content for message in alone.messages)
    told = await condensed(turn, model, taken, draft.meter)
    draft.summary = told.made
    return _request_of(turn, query, draft, told)


def _request_of(turn: Turn, query: str, draft: Draft, told: Condensed) -> ChatRequest:
    return prompts.build_request(
        system_prompt=turn.system_prompt,
        refusal_text=turn.refusal_text,
        history=told.history,
        question=turn.question,
        query=query,
        passages=draft.passages,
        temperature=turn.temperature,
        max_tokens=turn.max_tokens,
        begun=turn.begun,
        strict=turn.strict,
        summary=told.summary,
        results=draft.plan.materials,
    )


def _show(parts: Any, draft: Draft) -> list[Event]:
    """Grow the draft by what the binder gave, as the events that say so."""
    events = []
    for part in parts:
        if isinstance(part, Citation):
            draft.citations.append(part)
            events.append(Event("citation", part.as_json()))
            continue
        if draft.first_token_ms is None:
            draft.first_token_ms = draft.elapsed_ms()
        part = part[: LONGEST - len(draft.content)]
        events.append(Event("delta", {"text": part, "start": len(draft.content)}))
        draft.content += part
    return events
