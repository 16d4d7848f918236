"""A key to a model provider, and the model that answers by default, as the settings page asks."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import provider_keys
from accounts.answering import Models
from accounts.credentials import SECRET_LENGTH, ProviderCredential, is_a_key
from accounts.models import User
from accounts.provider_keys import KeyNotSaved
from providers.choices import ModelChoice

SOURCES = {
    "offline": _("On this machine"),
    "platform": _("With this installation's key"),
    "own": _("With your own key"),
}


class SecretField(forms.CharField):
    """Shown as dots, never sent back to the page, kept out of browsers' password books."""

    widget = forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label=_("Key"), max_length=SECRET_LENGTH, validators=[is_a_key], **kwargs)


class NewKeyForm(forms.Form):
    provider = forms.ChoiceField(label=_("Provider"), choices=ProviderCredential.Provider)
    secret = SecretField()
    label = forms.CharField(
        label=_("Name"), max_length=100, required=False, help_text=_("For you, to tell keys apart.")
    )
    base_url = forms.CharField(
        label=_("Base URL"),
        max_length=500,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"}),
        help_text=_("Only for a server of your own that speaks the provider's protocol."),
    )

    def save_for(self, user: User) -> ProviderCredential | None:
        """The key, tried and kept; None with the reason at its field."""
        wanted = dict(self.cleaned_data)
        try:
            return provider_keys.add(user, wanted.pop("provider"), wanted.pop("secret"), **wanted)
        except KeyNotSaved as error:
            self.add_error(error.field or None, error.message)
            return None


class ReplaceKeyForm(forms.Form):
    secret = SecretField()

    def save_for(self, user: User, pk: UUID) -> bool:
        try:
            provider_keys.replace(user, pk, self.cleaned_data["secret"])
        except KeyNotSaved as error:
            self.add_error("secret", error.message)
            return False
        return True


class DefaultModelForm(forms.Form):
    chat_model = forms.ChoiceField(label=_("Model"))

    def __init__(self, *args: Any, models: Models, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chat_model"].choices = grouped(models.choices)
        self.initial["chat_model"] = models.default.name


def grouped(models: Sequence[ModelChoice]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Choices under whose account they use: one's own first, this machine last."""
    rank = list(SOURCES)[::-1].index
    ordered = sorted(models, key=lambda choice: rank(choice.source))
    return [
        (SOURCES[source], [(choice.name, choice.label) for choice in choices])
        for source, choices in groupby(ordered, lambda choice: choice.source)
    ]
