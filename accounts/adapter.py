"""How django-allauth's sign-up follows KYRO_SIGNUP, and what it leaves in the audit log."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib.sites.requests import RequestSite
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from accounts.invitations import invitation_of, open_invitation
from accounts.models import User
from accounts.requests import client_address

log = structlog.get_logger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        if settings.SIGNUP == "invite":
            return open_invitation(request) is not None
        return settings.SIGNUP == "open"

    def clean_email(self, email: str) -> str:
        """Where sign-up is by invitation, the invited address is the only one that may.

        Also once it is used: before the code is given, the address could still be changed.
        """
        email = super().clean_email(email).lower()
        if settings.SIGNUP == "invite" and not self.request.user.is_authenticated:
            invitation = invitation_of(self.request)
            if invitation and invitation.email.lower() != email:
                raise ValidationError(gettext("This invitation is for another email address."))
        return email

    def save_user(self, request: HttpRequest, user: User, form, commit: bool = True) -> User:
        user = super().save_user(request, user, form, commit)
        invitation = open_invitation(request)
        if commit and invitation and invitation.project_id is None:
            invitation.accepted_at = timezone.now()
            invitation.save(update_fields=["accepted_at"])
        return user

    def populate_username(self, request: HttpRequest, user: User) -> None:
        user.username = User.objects.free_username(user.email)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Links in mail lead to the address we are known by, whatever Host the request named."""
        asked_at = self.request.build_absolute_uri("/")
        ours = {
            name: settings.BASE_URL + "/" + value.removeprefix(asked_at)
            for name, value in context.items()
            if isinstance(value, str) and value.startswith(asked_at)
        }
        site = RequestSite(self.request)
        site.domain = site.name = urlsplit(settings.BASE_URL).netloc
        super().send_mail(template_prefix, email, {**context, **ours, "current_site": site})

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """What was changed is changed: a mail server that is down must not deny it."""
        security = self.request.build_absolute_uri(reverse("accounts:security"))
        context = {**(context or {}), "security_url": security}
        try:
            super().send_notification_mail(template_prefix, user, context, email)
        except OSError as error:
            log.error("notification_not_sent", mail=template_prefix, reason=str(error))

    def get_client_ip(self, request: HttpRequest) -> str:
        """A local socket names no address: what speaks through it is this machine."""
        return client_address(request) or "127.0.0.1"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """A stranger's wrong passwords keep out the stranger; those of many, everybody.

        What is counted here joins allauth's own count: a right password takes back both.
        """
        super().pre_authenticate(request, **credentials)
        counted = ratelimit.consume(request, **self._of_account(request, credentials))
        if counted is None:
            raise self.validation_error("too_many_login_attempts")
        self._login_failed_rl_usage.usage += counted.usage

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        key = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{ratelimit.get_ip(request)}:{key}"

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        """Who has just set a new password by mail is let in."""
        super()._delete_login_attempts_cached_email(request, **credentials)
        ratelimit.clear(request, **self._of_account(request, credentials))

    def _of_account(self, request: HttpRequest, credentials: dict[str, Any]) -> dict[str, str]:
        key = super()._get_login_attempts_cache_key(request, **credentials)
        return {"app": "allauth.account", "action": "login_failed_anywhere", "key": key}
