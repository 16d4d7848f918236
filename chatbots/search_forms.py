"""How a chatbot searches: a part of its form, and what the bench tries and applies."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.models import model_to_dict
from django.utils.translation import gettext_lazy as _

from accounts import answering
from accounts.models import User
from chatbots.choices import reranker_choices
from chatbots.models import Chatbot

SEARCH_SETTINGS = ("search_mode", "meaning", "top_k", "minimum_score", "rerank_model")


class SearchSettingsForm(forms.ModelForm):
    """`user` is whose models there are to choose from: the chatbot's owner."""

    rerank_model = forms.ChoiceField(
        label=_("Reranking model"),
        required=False,
        help_text=_("Reads the best candidates once more, together with the question."),
    )

    class Meta:
        model = Chatbot
        fields: tuple[str, ...] = SEARCH_SETTINGS
        widgets = {
            "top_k": forms.NumberInput(attrs={"min": 1, "max": 50}),
            "meaning": forms.NumberInput(attrs={"min": 0, "max": 1, "step": 0.05}),
            "minimum_score": forms.NumberInput(attrs={"min": 0, "max": 1, "step": 0.05}),
        }
        labels = {
            "search_mode": _("Search by"),
            "top_k": _("Passages it reads"),
            "meaning": _("Weight of meaning"),
            "minimum_score": _("Least score"),
        }
        help_texts = {
            "top_k": _("At most so many go into the prompt."),
            "meaning": _("1 goes by meaning alone, 0 by words alone."),
            "minimum_score": _("Part of the best score; 0 leaves nothing out."),
        }

    def __init__(self, data: Any = None, *, user: User, **kwargs: Any) -> None:
        super().__init__(self._completed(data, kwargs.get("instance")), **kwargs)
        self.models = answering.models_of(user)
        current = self.instance.rerank_model
        self.fields["rerank_model"].choices = reranker_choices(self.models, current)

    def _completed(self, data: Any, instance: Chatbot | None) -> Any:
        """Settings that a form does not hold stay as they are."""
        if data is None:
            return None
        kept = model_to_dict(instance or Chatbot(), SEARCH_SETTINGS)
        whole = data.copy()
        for name in kept.keys() - data.keys():
            whole[name] = kept[name]
        return whole

    @property
    def search_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in SEARCH_SETTINGS]

    @property
    def search_settings(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in SEARCH_SETTINGS}
