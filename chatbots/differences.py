"""What distinguishes two behaviours of a chatbot, setting by setting."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chatbots.look import ACCENTS, DEFAULT_ACCENT
from chatbots.models import Chatbot
from chatbots.versions import BEHAVIOUR, Behaviour

TEXTS = {"system_prompt", "welcome_message", "refusal_text"}
LISTS = {"suggested_questions", "tools"}
LABELS = {  # as the tabs say it, where that is not what the field is called
    "configuration": gettext_lazy("Colour"),
    "system_prompt": gettext_lazy("Instructions"),
    "strict": gettext_lazy("Answer from the documents alone"),
    "refusal_text": gettext_lazy("When nothing is found, it says"),
}
CONTEXT = 2  # unchanged lines shown around a change


@dataclass(frozen=True)
class Line:
    """Of a text or a list; the sign is "-" for one that goes, "+" for one that comes."""

    sign: str
    text: str


@dataclass(frozen=True)
class Change:
    field: str
    label: str
    before: Any
    after: Any
    lines: list[Line] = field(default_factory=list)

    @property
    def before_text(self) -> str:
        return _said(self.field, self.before)

    @property
    def after_text(self) -> str:
        return _said(self.field, self.after)


def differences(before: Behaviour, after: Behaviour) -> list[Change]:
    return [
        Change(name, label_of(name), before[name], after[name], _lines(name, before, after))
        for name in BEHAVIOUR
        if before[name] != after[name]
    ]


def label_of(name: str) -> str:
    if name in LABELS:
        return str(LABELS[name])
    return str(Chatbot._meta.get_field(name).verbose_name).capitalize()


def _lines(name: str, before: Behaviour, after: Behaviour) -> list[Line]:
    if name not in TEXTS | LISTS:
        return []
    old, new = (
        side[name] if name in LISTS else side[name].splitlines() for side in (before, after)
    )
    diff = list(difflib.unified_diff(old, new, n=CONTEXT, lineterm=""))
    # The first two name the files, which there are none of; "@@" stands where lines are left out.
    return [_line(text) for number, text in enumerate(diff[2:]) if number or text[:2] != "@@"]


def _said(name: str, value: Any) -> str:
    """As the forms say it."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name == "configuration":
        return str(ACCENTS.get(value.get("accent", DEFAULT_ACCENT), value))
    if name == "search_mode":
        return str(dict(Chatbot.SearchMode.choices).get(value, value))
    return str(value) if value or value == 0 else _("as by default")


def _line(text: str) -> Line:
    return Line("…", "") if text.startswith("@@") else Line(text[0], text[1:])
