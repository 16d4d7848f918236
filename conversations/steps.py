"""The steps before an answer, as people see them: each call of a tool, and why there were no more.

A step is told as an event whenever it changes, and kept with the message.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from chatbots.tools import Tool
from conversations.events import Event
from language.storable import storable_json
from providers.base import ToolCalled

Step = dict[str, Any]
PLANNING = "planning"  # the name of a step that is no call


@dataclass
class Steps:
    """In the order in which they began, each as it stands now."""

    shown: dict[str, Step] = field(default_factory=dict)

    def show(self, step: Step) -> Event:
        """Names, arguments and results are a model's: made such that they can be kept."""
        kept: Step = storable_json(step)
        self.shown[kept["id"]] = kept
        return Event("tool", dict(kept))

    def remark(self, status: str, summary: str) -> Event:
        """Of the planning itself."""
        return self.show(
            {
                **dict.fromkeys(("id", "name"), PLANNING),
                "label": _("Tools"),
                "arguments": {},
                "status": status,
                "summary": summary,
                "ms": None,
            }
        )

    def as_json(self) -> list[Step]:
        return list(self.shown.values())


def begun(number: int, call: ToolCalled, tool: Tool | None) -> Step:
    return {
        "id": str(number),
        "name": call.name[:40],
        "label": str(tool.label) if tool else call.name[:40],
        "arguments": _short(call.arguments or {}),
        "status": "running",
        "summary": "",
        "ms": None,
    }


def _short(arguments: dict[str, Any]) -> dict[str, str]:
    """Short enough to be kept, whatever a model has put in."""
    return {str(name)[:40]: str(value)[:500] for name, value in list(arguments.items())[:8]}


def events_of(steps: list[Step]) -> list[Event]:
    """Those that told of the steps of an answer that has ended, as far as a reader needs them."""
    told = []
    for step in steps:
        if step["ms"] is not None:  # it ran
            told.append(Event("tool", {**step, "status": "running", "summary": "", "ms": None}))
        told.append(Event("tool", step))
    return told
