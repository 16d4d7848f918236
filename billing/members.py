"""How many people a plan lets into its owner's projects."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import ngettext

from accounts.models import Invitation, User
from accounts.sharing.refusals import NoRoom
from billing.limits import QuotaExceeded
from billing.models import Subscription


class TooManyPeople(QuotaExceeded, NoRoom):
    pass


def check_members(owner: User, email: str) -> None:
    """Refuse an invitation of one more person than the plan has room for, whichever of the owner's
    projects they are in. The owner needs no place; who was invited and may still come has one."""
    # Holding the subscription row makes parallel invitations of one owner count each other.
    held = Subscription.objects.select_for_update(of=("self",)).select_related("plan")
    limit = held.get(user=owner).plan.member_limit
    if limit is None:
        return
    people = User.objects.filter(memberships__owner=owner).exclude(pk=owner.pk)
    addresses = {address.lower() for address in people.values_list("email", flat=True)}
    asked = Invitation.objects.filter(
        project__owner=owner, accepted_at__isnull=True, expires_at__gt=timezone.now()
    )
    addresses |= set(asked.values_list("email", flat=True))
    if len(addresses | {email}) > limit:
        raise TooManyPeople(
            "member_limit",
            limit,
            None,
            ngettext(
                "Your plan has room for %s person besides you in your projects.",
                "Your plan has room for %s people besides you in your projects.",
                limit,
            )
            % limit,
        )
