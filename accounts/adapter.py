"""How django-allauth's sign-up follows KYRO_SIGNUP, and what it leaves in the audit log."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext

from accounts.invitations import open_invitation
from accounts.models import User
from accounts.requests import client_address


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        if settings.SIGNUP == "invite":
            return open_invitation(request) is not None
        return settings.SIGNUP == "open"

    def clean_email(self, email: str) -> str:
        """Where sign-up is by invitation, the invited address is the only one that may."""
        email = super().clean_email(email).lower()
        invitation = open_invitation(self.request) if settings.SIGNUP == "invite" else None
        if invitation and invitation.email.lower() != email:
            raise ValidationError(gettext("This invitation is for another email address."))
        return email

    def save_user(self, request: HttpRequest, user: User, form, commit: bool = True) -> User:
        user = super().save_user(request, user, form, commit)
        invitation = open_invitation(request)
        if commit and invitation:
            invitation.accepted_at = timezone.now()
            invitation.save(update_fields=["accepted_at"])
        return user

    def populate_username(self, request: HttpRequest, user: User) -> None:
        user.username = User.objects.free_username(user.email)

    def get_client_ip(self, request: HttpRequest) -> str | None:
        return client_address(request)
