from __future__ import annotations

from typing import Any

from django import forms
from django.forms.models import model_to_dict
from django.utils.translation import gettext_lazy as _

from accounts import answering
from accounts.answering import Models
from accounts.models import User
from accounts.provider_forms import grouped
from accounts.reranking import may_rerank
from chatbots.models import Chatbot
from documents.models import Document
from documents.retrieval.reranking import OFF
from providers import registry
from providers.account import Accounts

LIBRARY, CHOSEN = "library", "chosen"
SEARCH_SETTINGS = ("search_mode", "meaning", "top_k", "minimum_score", "rerank_model")


class SearchSettingsForm(forms.ModelForm):
    """How a chatbot searches: a part of its form, and what the bench tries and applies."""

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
        self.user = user
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
    def search_settings(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in SEARCH_SETTINGS}


class ChatbotForm(SearchSettingsForm):
    reads = forms.ChoiceField(
        label=_("It reads"),
        choices=[
            (LIBRARY, _("The whole library, also what you add later")),
            (CHOSEN, _("Only the documents chosen here")),
        ],
        initial=LIBRARY,
        widget=forms.RadioSelect,
    )
    documents = forms.ModelMultipleChoiceField(
        label=_("Documents"),
        queryset=Document.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    model = forms.ChoiceField(
        label=_("Which model answers"),
        required=False,
        help_text=_(
            "The offline reader quotes your documents and costs nothing. Other models write in"
            " their own words; questions and passages are sent to their provider."
        ),
    )

    class Meta(SearchSettingsForm.Meta):
        fields = (
            *("name", "description", "model", "system_prompt", "temperature"),
            *("welcome_message", "refusal_text", "is_active", *SEARCH_SETTINGS),
        )
        widgets = SearchSettingsForm.Meta.widgets | {
            "system_prompt": forms.Textarea(attrs={"rows": 5}),
            "temperature": forms.NumberInput(attrs={"min": 0, "max": 2, "step": 0.1}),
            "refusal_text": forms.TextInput(
                attrs={"placeholder": _("I found nothing about this in the documents.")}
            ),
        }
        help_texts = SearchSettingsForm.Meta.help_texts | {
            "description": _("For you, to tell your chatbots apart."),
            "system_prompt": _("How it should behave: its role, its tone, what to leave out."),
            "temperature": _("0 keeps to the text, 2 is the most inventive."),
            "welcome_message": _("What it says before the first question."),
            "refusal_text": _("Its exact words when the documents do not hold the answer."),
            "is_active": _("Switched off, it answers nobody; its conversations stay."),
        }

    def __init__(self, data: Any = None, *, user: User, **kwargs: Any) -> None:
        super().__init__(data, user=user, **kwargs)
        self.fields["documents"].queryset = Document.objects.for_user(user).library()
        self.fields["model"].choices = model_choices(self.models, self.instance.model)
        self.names_lost_model = is_lost(self.models, self.instance.model)
        if self.instance._state.adding:
            del self.fields["is_active"]
        else:
            self.initial["reads"] = LIBRARY if self.instance.reads_library else CHOSEN

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("reads") == CHOSEN and not cleaned.get("documents"):
            self.add_error("documents", _("Choose at least one document, or the whole library."))
        return cleaned

    @property
    def chatbot_fields(self) -> dict[str, Any]:
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in {"reads", "documents"}
        }

    @property
    def chosen_documents(self) -> list[Document]:
        if self.cleaned_data["reads"] == LIBRARY:
            return []
        return list(self.cleaned_data["documents"])


def model_choices(models: Models, current: str) -> list[tuple[str, Any]]:
    """The person's default, then every model under whose account it uses."""
    default = ("", _("Your default: %s") % models.default.label)
    unlisted = [] if current in {"", *(c.name for c in models.choices)} else [(current, current)]
    return [default, *grouped(models.choices), *unlisted]


def reranker_choices(models: Models, current: str) -> list[tuple[str, Any]]:
    """The installation's own or none first, then what the person's accounts offer."""
    offered = registry.rerankers(models.accounts)
    first: list[tuple[str, Any]] = [("", _("None"))]
    if wanted := registry.wanted_reranker():
        first = [("", _("Your default: %s") % wanted), (OFF, _("None"))]
    others = [choice for choice in offered if choice.name != wanted]
    known = {*dict(first), *(choice.name for choice in others)}
    unlisted = [] if current in known else [(current, current)]
    return [*first, *grouped(others), *unlisted]


def may_be_reranker(accounts: Accounts, name: str) -> bool:
    """The default, none, or a model that somebody with these accounts can use."""
    return name in {"", OFF} or may_rerank(accounts, name)


def is_lost(models: Models, name: str) -> bool:
    """Chosen once, and gone since with its key."""
    return bool(name) and not models.include(name)
