"""What is asked on the bench, and how it is searched for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from chatbots.search_forms import SearchSettingsForm
from documents.retrieval import Parameters

LONGEST = 2_000


class BenchForm(SearchSettingsForm):
    """The chatbot's settings, until others are tried."""

    q = forms.CharField(
        label=_("Question"),
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    depth = forms.IntegerField(
        label=_("Candidates"),
        min_value=10,
        max_value=200,
        initial=Parameters.depth,
        help_text=_("Of each way of searching, for the fusion. Tried here alone."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():  # they stand beside the results, outside their form
            field.widget.attrs["form"] = "bench"

    def _completed(self, data: Any, instance: Any) -> Any:
        whole = super()._completed(data, instance)
        if whole is not None:
            whole.setdefault("depth", Parameters.depth)
        return whole

    @property
    def parameters(self) -> Parameters:
        chosen = self.cleaned_data
        return Parameters(
            top_k=chosen["top_k"],
            mode=chosen["search_mode"],
            meaning=chosen["meaning"],
            depth=chosen["depth"],
            minimum=chosen["minimum_score"],
            rerank_model=chosen["rerank_model"],
        )
