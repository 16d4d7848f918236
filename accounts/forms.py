"""What people may change about themselves, and the API keys they make."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from allauth.account import forms as forms_of_allauth
from allauth.account.adapter import get_adapter
from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import keys
from accounts.models import ApiKey, User
from accounts.tenancy import scope

SCOPE_LABELS = {
    "account:read": _("See the profile and the API keys"),
    "account:write": _("Change the profile, make and revoke API keys"),
    "documents:read": _("Read documents"),
    "documents:write": _("Add, change and delete documents"),
    "search:read": _("Search in documents"),
    "chatbots:read": _("See chatbots"),
    "chatbots:write": _("Make, change and delete chatbots"),
    "conversations:read": _("Read conversations"),
    "conversations:write": _("Ask questions, delete conversations"),
    "projects:read": _("See projects and their members"),
    "projects:write": _("Make and change projects, invite and remove members"),
    "usage:read": _("See the usage, the plan and the credits"),
    "billing:read": _("See invoices and what can be bought"),
    "billing:write": _("Buy and change the plan, buy credits"),
}
LIFETIMES = [
    ("30", _("30 days")),
    ("90", _("90 days")),
    ("365", _("a year")),
    ("never", _("never")),
]


def timezones() -> list[tuple[str, str]]:
    """UTC first, then the places of the time zone database, without its historic aliases."""
    places = sorted(name for name in available_timezones() if "/" in name and name[:3] != "Etc")
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in places)]


class ProfileForm(forms.ModelForm):
    timezone = forms.ChoiceField(label=_("Time zone"), choices=timezones)
    locale = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    class Meta:
        model = User
        fields = ["full_name", "timezone", "locale"]


class ChangeEmailForm(forms_of_allauth.ChangeEmailForm):
    """Another address before the first is verified: bound by an invitation as sign-up is."""

    def clean_email(self) -> str:
        self.cleaned_data["email"] = get_adapter().clean_email(self.cleaned_data["email"])
        return super().clean_email()


class PasswordForm(forms.Form):
    """Programs go on with their keys under a new password, unless the person says otherwise."""

    revoke_keys = forms.BooleanField(
        label=_("Revoke all my API keys too"),
        help_text=_("Otherwise programs that use them go on as before."),
        required=False,
    )
    user: User

    def save(self) -> None:
        with scope(self.user):  # a reset is done by a stranger
            super().save()
            if self.cleaned_data["revoke_keys"]:
                keys.revoke_all(self.user, actor=self.user)


class ChangePasswordForm(PasswordForm, forms_of_allauth.ChangePasswordForm):
    field_order = ["oldpassword", "password1", "password2", "revoke_keys"]


class ResetPasswordKeyForm(PasswordForm, forms_of_allauth.ResetPasswordKeyForm):
    field_order = ["password1", "password2", "revoke_keys"]


class ApiKeyForm(forms.ModelForm):
    lifetime = forms.ChoiceField(label=_("Expires"), choices=LIFETIMES, initial="90")
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        choices=[(scope, SCOPE_LABELS[scope]) for scope in keys.SCOPES],
        initial=[scope for scope in keys.SCOPES if scope != "billing:write"],  # it spends money
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one. A key that may do nothing is no use.")},
    )

    limit = forms.ChoiceField(
        label=_("Only for"),
        help_text=_(
            "One chatbot: its answers and conversations. One project: its documents, chatbots and"
            " your conversations with them. The key then opens nothing else."
        ),
        required=False,
    )

    class Meta:
        model = ApiKey
        fields = ["name"]

    def __init__(
        self, *args: Any, chatbots: dict[UUID, str], projects: dict[UUID, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        groups = [
            (_("One project"), [(f"project:{pk}", name) for pk, name in projects.items()]),
            (_("One chatbot"), [(f"chatbot:{pk}", name) for pk, name in chatbots.items()]),
        ]
        offered = [group for group in groups if group[1]]
        self.fields["limit"].choices = [("", _("Everything you may use")), *offered]

    def issue(self, user: User) -> tuple[ApiKey, str]:
        """The new key and its secret, to be shown once."""
        days = self.cleaned_data["lifetime"]
        kind, _colon, pk = self.cleaned_data["limit"].partition(":")
        return keys.issue(
            user,
            self.cleaned_data["name"],
            scopes=self.cleaned_data["scopes"],
            expires_at=timezone.now() + dt.timedelta(days=int(days)) if days != "never" else None,
            **({f"{kind}_id": UUID(pk)} if kind else {}),
        )
