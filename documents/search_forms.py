"""What a person searches the library for, and within which documents."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from documents.filters import KINDS, Filters, first_moment, last_moment
from documents.retrieval import MODES

MAX_QUERY = 1000
MODE_NAMES = {"hybrid": _("Meaning and words"), "vector": _("Meaning"), "text": _("Words")}


class Several(forms.MultipleChoiceField):
    """Any values: one that no document has finds nothing, and the page says so."""

    def valid_value(self, value: str) -> bool:
        return "\0" not in value


class SearchForm(forms.Form):
    q = forms.CharField(required=False)
    mode = forms.ChoiceField(required=False, choices=[(mode, MODE_NAMES[mode]) for mode in MODES])
    tag = Several(required=False)
    type = forms.MultipleChoiceField(required=False, choices=[(kind, kind) for kind in KINDS])
    language = Several(required=False)
    added_from = forms.DateField(required=False, label=_("Added from"))
    added_to = forms.DateField(required=False, label=_("Added until"))

    def clean_q(self) -> str:
        return str(self.cleaned_data["q"])[:MAX_QUERY]

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or self.cleaned_data
        first, last = asked.get("added_from"), asked.get("added_to")
        if first and last and last < first:
            self.add_error("added_to", _("This day is before the first one."))
        return asked

    def filters(self) -> Filters:
        """In the time zone in force."""
        asked = self.cleaned_data
        return Filters(
            tags=tuple(asked.get("tag", ())),
            types=tuple(asked.get("type", ())),
            languages=tuple(asked.get("language", ())),
            added_from=first_moment(asked.get("added_from")),
            added_to=last_moment(asked.get("added_to")),
        )
