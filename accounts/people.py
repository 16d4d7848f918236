"""People made by an administrator rather than by signing up."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User


def add_person(email: str, password: str, *, verified: bool = False, **fields: Any) -> User:
    """A person who can sign in, at once if verified. Raises ValidationError with the reason."""
    validate_email(email)
    if User.objects.filter(email__iexact=email).exists():
        raise ValidationError(_("Somebody with this e-mail address exists already."))
    validate_password(password)
    with transaction.atomic():
        user = User.objects.create_user(email, password, **fields)
        EmailAddress.objects.create(user=user, email=user.email, verified=verified, primary=True)
    return user
