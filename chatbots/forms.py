from __future__ import annotations

from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from chatbots.models import Chatbot
from documents.models import Document
from providers import registry

EXPLANATIONS = {
    "extractive": _("Quotes the best sentences of your documents. Works offline, costs nothing."),
    "gemini": _("Writes answers in its own words. Passages are sent to the provider."),
    "openai": _("Writes answers in its own words. Passages are sent to the provider."),
    "fake": _("Repeats the question. For trying things out."),
}
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
        label=_("Which model answers"), required=False, widget=forms.RadioSelect
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
        self.fields["model"].choices = model_choices(self.instance.model)
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


def model_choices(current: str) -> list[tuple[str, str]]:
    """The models that can answer now, the installation's default first."""
    usable = registry.chat_models()
    choices = [
        (choice.name if position else "", choice_label(choice.name, choice.label))
        for position, choice in enumerate(usable)
    ]
    if current == usable[0].name:
        choices[0] = (current, choices[0][1])
    elif current and current not in {choice.name for choice in usable}:
        choices.append((current, _("%s: no longer available here") % current))
    return choices


def choice_label(name: str, label: str) -> SafeString:
    explanation = EXPLANATIONS.get(name.partition("/")[0], "")
    return format_html('<span>{} <span class="choice-note">{}</span></span>', label, explanation)
