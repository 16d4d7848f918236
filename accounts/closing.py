"""Closing an account: at once for everybody else, erased only after a time to undo it."""

from __future__ import annotations

from django.utils import timezone

from accounts import audit, keys
from accounts.models import ApiKey, User


def close_account(user: User) -> None:
    """Nobody signs in any more and every key stops; call inside the person's scope."""
    for key in ApiKey.objects.for_user(user):
        keys.revoke(key, actor=user)
    user.is_active, user.deleted_at = False, timezone.now()
    user.save(update_fields=["is_active", "deleted_at", "updated_at"])
    audit.record("account.close", actor=user, resource=user)
