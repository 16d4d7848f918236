"""How many people a plan lets into its owner's projects, whichever of them they are in."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import ngettext

from accounts.models import Invitation, User
from accounts.sharing.refusals import NoRoom
from billing import limits
from billing.limits import QuotaExceeded


class TooManyPeople(QuotaExceeded, NoRoom):
    pass


def addresses_of(owner: User) -> set[str]:
    """Who takes a place: members, and who was invited and may still come. The owner needs none."""
    open_ones = Invitation.objects.filter(
        project__owner=owner, accepted_at__isnull=True, expires_at__gt=timezone.now()
    )
    people = {address.lower() for address in _others(owner).values_list("email", flat=True)}
    return people | set(open_ones.values_list("email", flat=True))


def check_invited(owner: User, email: str) -> None:
    """Refuse to ask one more person than there is room for."""
    limit = limits.held_plan(owner).member_limit
    if limit is None:
        return
    if len(addresses_of(owner) | {email}) > limit:
        text = ngettext(
            "Your plan has room for %s person besides you in your projects, and that place is"
            " taken. Take back an invitation, remove a member, or choose a larger plan.",
            "Your plan has room for %s people besides you in your projects, and no place is left."
            " Take back an invitation, remove a member, or choose a larger plan.",
            limit,
        )
        raise TooManyPeople("member_limit", limit, None, text % limit)


def check_joining(owner: User, joining: User) -> None:
    """Refuse one more member than there is room for: the plan may be a smaller one by now."""
    limit = limits.held_plan(owner).member_limit
    there = set(_others(owner).values_list("pk", flat=True))
    if limit is None or joining.pk in there or len(there) < limit:
        return
    text = ngettext(
        "The plan of the project's owner has room for %s person, and that place is taken. Ask"
        " them to make room.",
        "The plan of the project's owner has room for %s people, and no place is left. Ask them"
        " to make room.",
        limit,
    )
    raise TooManyPeople("member_limit", limit, None, text % limit)


def _others(owner: User) -> QuerySet[User]:
    return User.objects.filter(memberships__owner=owner).exclude(pk=owner.pk)
