from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import answering
from accounts.answering import Models
from accounts.models import User
from accounts.provider_forms import grouped
from chatbots.models import Chatbot
from documents.models import Document

LIBRARY, CHOSEN = "library", "chosen"


class ChatbotForm(forms.ModelForm):
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

    class Meta:
        model = Chatbot
        fields = (
            *("name", "description", "model", "system_prompt", "temperature"),
            *("welcome_message", "refusal_text", "is_active"),
        )
        widgets = {
            "system_prompt": forms.Textarea(attrs={"rows": 5}),
            "temperature": forms.NumberInput(attrs={"min": 0, "max": 2, "step": 0.1}),
            "refusal_text": forms.TextInput(
                attrs={"placeholder": _("I found nothing about this in the documents.")}
            ),
        }
        help_texts = {
            "description": _("For you, to tell your chatbots apart."),
            "system_prompt": _("How it should behave: its role, its tone, what to leave out."),
            "temperature": _("0 keeps to the text, 2 is the most inventive."),
            "welcome_message": _("What it says before the first question."),
            "refusal_text": _("Its exact words when the documents do not hold the answer."),
            "is_active": _("Switched off, it answers nobody; its conversations stay."),
        }

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["documents"].queryset = Document.objects.for_user(user).library()
        models = answering.models_of(user)
        self.fields["model"].choices = model_choices(models, self.instance.model)
        self.names_lost_model = is_lost(models, self.instance.model)
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


def is_lost(models: Models, name: str) -> bool:
    """Chosen once, and gone since with its key."""
    return bool(name) and not models.include(name)
