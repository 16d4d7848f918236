"""Invitations to sign up: a link with a token, of which only the hash is kept.

Those into a project (`accounts.sharing`) open sign-up for their address just so.
"""

from __future__ import annotations

import hashlib
import secrets

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import Invitation, User

SESSION_KEY = "invitation"


def invite(email: str, *, invited_by: User | None = None) -> tuple[Invitation, str]:
    """Make an invitation; returns it with the link to send, which cannot be shown again."""
    token = new_token()
    invitation = Invitation.objects.create(
        email=email.lower(), token_hash=digest(token), invited_by=invited_by
    )
    return invitation, settings.BASE_URL + reverse("accounts:invitation", args=[token])


def invitation_of(request: HttpRequest) -> Invitation | None:
    """The invitation this browser arrived with, used or not."""
    token_hash = request.session.get(SESSION_KEY)
    return Invitation.objects.filter(token_hash=token_hash).first() if token_hash else None


def open_invitation(request: HttpRequest) -> Invitation | None:
    """The invitation this browser arrived with, while it can still be used."""
    invitation = invitation_of(request)
    return invitation if invitation and invitation.is_open else None


def remember(request: HttpRequest, token: str) -> None:
    """Keep an invitation that exists: a session for every made-up token would fill the table."""
    token_hash = digest(token)
    if Invitation.objects.filter(token_hash=token_hash).exists():
        request.session[SESSION_KEY] = token_hash


def new_token() -> str:
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
