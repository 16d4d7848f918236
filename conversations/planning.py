"""Before the answer: which tools to call, asked of the model apart from every document.

A document must never cause a call. So tools are offered in this one place, to a model that is told
the person's own turns and what the server says of results (“5 passages found”), and never a text
that comes from a document: no passage, no answer given before, no summary, not even a file's name.
What it writes is thrown away; calls are taken from the protocol's own field alone. The model that
answers gets passages and results, and no tools.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from uuid import UUID

import structlog
from django.db.models import F, Sum
from django.utils.translation import gettext as _

from accounts.connections import in_thread
from accounts.tenancy import scope
from billing import limits
from billing.models import RequestType, UsageRecord
from chatbots import tools
from chatbots.tools import Reach, Result, Tool, ToolError
from chatbots.tools.arguments import fitting
from conversations.events import Event
from conversations.steps import Step, Steps, begun
from conversations.turns import Turn
from documents.retrieval import Passage
from language.tokens import estimate_tokens
from providers.asides import Meter, Said, said_by
from providers.base import ChatMessage, ChatModel, ChatRequest, ToolCalled, Usage
from providers.errors import ProviderError

log = structlog.get_logger(__name__)
Made = TypeVar("Made")
PURPOSE = "plan"
STEPS = 4
CALLS = 8
SECONDS = 20.0
MAX_TOKENS = 2_000  # models that think first count that too; of a small window a quarter
EARLIER = 10  # turns of the person's, as many as a quarter of the window holds
LONGEST = 2_000  # characters of a turn
MOST_PASSAGES = 60  # with those of the first search

INSTRUCTIONS = """\
You decide which tools to call before a question is answered; somebody else answers it.
The question itself has been searched for in the documents already.
Call a tool only where it helps to answer this question. If none does, say: done."""


@dataclass
class Plan:
    """What the calls came to."""

    steps: Steps = field(default_factory=Steps)
    passages: list[Passage] = field(default_factory=list)
    materials: list[str] = field(default_factory=list)


class LimitMet(Exception):
    """Planning ends here; the message tells the person why."""


async def carry_out(turn: Turn, model: ChatModel, meter: Meter, plan: Plan) -> AsyncIterator[Event]:
    """Call what the model asks for until it asks for nothing more, or a limit is met."""
    offered = tools.allowed(turn.tools)
    if not offered:
        return
    if not model.calls_tools:
        yield plan.steps.remark("refused", _no_tools(model))
        return
    planner = Planner(turn, model, meter, plan, offered)
    try:
        async for event in planner.events():
            yield event
    except LimitMet as limit:
        yield plan.steps.remark("failed", str(limit))
    except ProviderError as error:
        log.warning("tools_not_planned", reason=str(error))
        told = _("The model could not be asked for tools: %s") % error
        yield plan.steps.remark("failed", told)


class Planner:
    """One answer's loop: ask, run, tell the results, ask again."""

    def __init__(
        self, turn: Turn, model: ChatModel, meter: Meter, plan: Plan, offered: list[Tool]
    ) -> None:
        self.turn, self.model, self.meter, self.plan = turn, model, meter, plan
        self.offered = {tool.name: tool for tool in offered}
        scopes = (turn.attached, turn.search_scope) if turn.attached else (turn.search_scope,)
        self.reach = Reach(scopes, turn.search_parameters, model, meter)
        self.told = [
            ChatMessage("system", INSTRUCTIONS),
            ChatMessage("user", _own_words(turn, model)),
        ]
        self.ends_at = asyncio.get_running_loop().time() + SECONDS
        self.calls = 0

    async def events(self) -> AsyncIterator[Event]:
        tokens_left = await in_thread(_tokens_left, self.turn.owner_id)
        for _step in range(STEPS):
            said = await self._ask(tokens_left)
            if not said.calls:
                return
            self.told.append(ChatMessage("assistant", "", tuple(said.calls)))
            for call in said.calls:
                async for event in self._answered(call):
                    yield event
        raise LimitMet(_("After %s rounds of tools the answer goes on without more.") % STEPS)

    async def _ask(self, tokens_left: int | None) -> Said:
        request = self._request()
        needed = Usage.estimated(request, "").tokens_input
        if tokens_left is not None and self.meter.tokens + needed > tokens_left:
            raise LimitMet(_("The plan's tokens for today do not last for tools."))
        return await self._in_time(said_by(self.model, request, PURPOSE, self.meter))

    def _request(self) -> ChatRequest:
        return ChatRequest(
            messages=tuple(self.told),
            passages=(),
            question=self.turn.question,
            refusal_text="",
            temperature=0,
            max_tokens=min(MAX_TOKENS, self.model.context_window // 4),
            tools=tuple(tool.offered() for tool in self.offered.values()),
        )

    async def _in_time(self, work: Awaitable[Made]) -> Made:
        try:
            async with asyncio.timeout_at(self.ends_at):
                return await work
        except TimeoutError:
            told = _("The tools took longer than %d s; the answer goes on without more.")
            raise LimitMet(told % SECONDS) from None

    async def _answered(self, call: ToolCalled) -> AsyncIterator[Event]:
        """The step that a call is, as it begins and as it ends."""
        self.calls += 1
        if self.calls > CALLS:
            raise LimitMet(_("After %s calls the answer goes on without more.") % CALLS)
        tool, steps = self.offered.get(call.name), self.plan.steps
        step = begun(self.calls, call, tool)
        if tool is None:
            step |= {"status": "refused", "summary": _("This chatbot may not use this tool.")}
            self._tell(call, "Refused: there is no such tool.")
            yield steps.show(step)
            return
        yield steps.show(step)
        began, limit = time.monotonic(), None
        try:
            self._tell(call, await self._run(tool, call, step))
        except LimitMet as met:
            limit = met
            step |= {"status": "failed", "summary": _("It took too long.")}
        except asyncio.CancelledError:
            steps.show(step | {"status": "failed", "summary": _("It was stopped.")})
            raise
        step["ms"] = round((time.monotonic() - began) * 1000)
        yield steps.show(step)
        if limit:
            raise limit

    async def _run(self, tool: Tool, call: ToolCalled, step: Step) -> str:
        """Note in the step how it ended; returns what the planner is told of it."""
        try:
            arguments = fitting(call.arguments, tool.parameters)
            result = await self._in_time(tool.run(self.reach, arguments))
        except (ToolError, ProviderError) as error:
            step |= {"status": "failed", "summary": str(error)}
            return f"Failed: {error}"
        except LimitMet:
            raise
        except Exception:
            log.exception("tool_failed", tool=tool.name)
            step |= {"status": "failed", "summary": _("Something went wrong on our side.")}
            return "Failed."
        step |= {"status": "done", "summary": result.summary}
        self._keep(result)
        return result.told

    def _keep(self, result: Result) -> None:
        self.plan.passages += result.passages
        if result.material:
            self.plan.materials.append(result.material)

    def _tell(self, call: ToolCalled, result: str) -> None:
        self.told.append(ChatMessage("tool", result, answers=call))


def _own_words(turn: Turn, model: ChatModel) -> str:
    """What the person has asked, this time and before; nothing that anything else has said."""
    own = [message.content[:LONGEST] for message in turn.history if message.role == "user"]
    before = own[-EARLIER:]
    while before and estimate_tokens("\n".join(before)) > model.context_window // 4:
        before.pop(0)
    asked = {"asked before": before, "question": turn.question[:LONGEST]}
    return json.dumps(asked, ensure_ascii=False, indent=1)


def merged(first: list[Passage], more: list[Passage]) -> list[Passage]:
    """The first search's, then what tools found besides, each once."""
    found: dict[UUID, Passage] = {}
    for passage in [*first, *more]:
        found.setdefault(passage.chunk_id, passage)
    return list(found.values())[: max(MOST_PASSAGES, len(first))]


def _tokens_left(owner_id: UUID) -> int | None:
    """Of the owner's plan for today, less what tools took, which the plan's own count leaves out;
    None where it has no limit."""
    with scope(owner_id):
        tokens = limits.tokens_of(owner_id)
        return None if tokens.left is None else tokens.left - _taken(owner_id, tokens.began_at)


def _taken(owner_id: UUID, since: datetime) -> int:
    taken = UsageRecord.objects.filter(
        user_id=owner_id, request_type=RequestType.TOOL, created_at__gte=since
    )
    total: int = taken.aggregate(total=Sum(F("tokens_input") + F("tokens_output")))["total"] or 0
    return total


def _no_tools(model: ChatModel) -> str:
    if not model.writes:
        return _("The offline reader uses no tools.")
    return _("%s does not call tools.") % model.label
