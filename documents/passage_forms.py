"""How passages are narrowed down, and how one is written anew."""

from __future__ import annotations

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from documents.editing import MAX_CHARACTERS
from documents.models import DocumentChunkQuerySet

STATES = {
    "edited": Q(edited_at__isnull=False),
    "off": Q(enabled=False),
    "recognised": Q(metadata__ocr=True),
}


class PassagesForm(forms.Form):
    """Anything it cannot read is ignored, never an error."""

    q = forms.CharField(required=False, max_length=200)
    state = forms.ChoiceField(
        required=False,
        choices=[
            ("", _("All passages")),
            ("edited", _("Edited")),
            ("off", _("Switched off")),
            ("recognised", _("Read from pictures")),
        ],
    )

    def __init__(self, query) -> None:
        super().__init__(query)
        self.is_valid()

    @property
    def narrows(self) -> bool:
        return any(self.cleaned_data.get(key) for key in ("q", "state"))

    def apply(self, chunks: DocumentChunkQuerySet) -> DocumentChunkQuerySet:
        if words := self.cleaned_data.get("q"):
            chunks = chunks.filter(Q(content__icontains=words) | Q(section__icontains=words))
        if state := self.cleaned_data.get("state"):
            chunks = chunks.filter(STATES[state])
        return chunks


class PassageForm(forms.Form):
    content = forms.CharField(
        label=_("Passage"),
        max_length=MAX_CHARACTERS,
        strip=False,
        error_messages={"required": _("A passage cannot be empty. Switch it off instead.")},
        widget=forms.Textarea(attrs={"rows": 12, "dir": "auto"}),
    )
