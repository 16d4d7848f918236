"""The tools there are. Apps to the right bring theirs by `register`, when they are ready."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from chatbots.tools.calculator import CALCULATOR
from chatbots.tools.searching import RAG_SEARCH
from chatbots.tools.summarizing import SUMMARIZE
from chatbots.tools.tool import Tool

_tools: dict[str, Tool] = {tool.name: tool for tool in (RAG_SEARCH, SUMMARIZE, CALCULATOR)}


def register(tool: Tool) -> None:
    """From an AppConfig's ready(); a name is given once."""
    if _tools.setdefault(tool.name, tool) is not tool:
        raise ValueError(f"There is a tool named {tool.name} already.")


def tool_named(name: str) -> Tool | None:
    return _tools.get(name)


def choices() -> list[tuple[str, str]]:
    """For forms: names and labels, in the order in which they came."""
    return [(tool.name, str(tool.label)) for tool in _tools.values()]


def allowed(names: Sequence[str]) -> list[Tool]:
    """The tools of a chatbot; a name that an app took away with it means none."""
    return [_tools[name] for name in dict.fromkeys(names) if name in _tools]


def validate_tools(names: Sequence[str]) -> None:
    """Raises ValidationError for a name that is no tool's, or one that comes twice."""
    unknown = [name for name in names if name not in _tools]
    if unknown:
        message = _("There is no tool named “%(name)s”. There are: %(names)s.")
        values = {"name": unknown[0], "names": ", ".join(_tools)}
        raise ValidationError(message, code="unknown_tool", params=values)
    if len(set(names)) != len(names):
        raise ValidationError(_("A tool is named twice."), code="tool_twice")
