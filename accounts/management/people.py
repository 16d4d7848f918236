"""How commands find a person, and say what was wrong."""

from __future__ import annotations

from django.core.management import CommandError

from accounts.models import User


def person(email: str) -> User:
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        raise CommandError(f"Nobody has the e-mail address {email}.")
    return user
