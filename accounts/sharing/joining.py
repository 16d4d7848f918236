"""Invitations as those see them who were invited: found by link or verified address, answered.

The project of an invitation lies behind its owner's wall. Who proves that the address is theirs
is let through for this one answer: the scopes of the owners are opened here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit, invitations
from accounts.models import Invitation, Project, ProjectMember, User
from accounts.sharing import inviting
from accounts.sharing.refusals import SharingRefused
from accounts.tenancy import scope


def everybody(owner: User, joining: User) -> None:
    """Without plans there is room for all."""


# Whether the owner's plan has room for this member: set by its room.
check_place: Callable[[User, User], None] = everybody


@dataclass(frozen=True)
class Offer:
    """An invitation with what its person may know before they answer."""

    invitation: Invitation
    project: Project

    @property
    def inviter(self) -> User:
        return self.project.owner


def offers_of(user: User) -> list[Offer]:
    """What is open for the person's verified addresses, newest first."""
    return offers(list(open_for(user).order_by("-created_at", "-pk")))


def offer_of(user: User, pk: UUID) -> Offer | None:
    """One of them."""
    found = offers(list(open_for(user).filter(pk=pk)))
    return found[0] if found else None


def offer_by(token: str) -> Offer | None:
    """What a link stands for, whoever holds it; None once it does not hold any more."""
    known = Invitation.objects.filter(token_hash=invitations.digest(token), project__isnull=False)
    found = offers([invitation for invitation in known if invitation.is_open])
    return found[0] if found else None


def is_for(offer: Offer, user: User) -> bool:
    return open_for(user).filter(pk=offer.invitation.pk).exists()


def accept(offer: Offer, user: User) -> ProjectMember:
    """Make the person a member; the caller knows that the address is theirs.

    Raises SharingRefused when the invitation was taken back meanwhile, and NoRoom. A member stays
    one, with the role they have.
    """
    with scope(offer.project.owner_id):
        asked = _still_open(offer)
        check_place(offer.project.owner, user)
        member, is_new = ProjectMember.objects.get_or_create(
            project=offer.project,
            user=user,
            defaults={"owner_id": offer.project.owner_id, "role": asked.role},
        )
        asked.accepted_at = timezone.now()
        asked.save(update_fields=["accepted_at"])
        if is_new:
            audit.record(
                "invitation.accept",
                actor=user,
                owner_id=offer.project.owner_id,
                resource=asked,
                metadata={"project": str(offer.project.pk), "role": asked.role},
            )
        return member


def decline(offer: Offer, user: User) -> None:
    """Raises SharingRefused when it was accepted or taken back meanwhile."""
    with scope(offer.project.owner_id):
        inviting.decline(_still_open(offer), actor=user)


def _still_open(offer: Offer) -> Invitation:
    """Locked, so that it is accepted or declined, and not both."""
    asked = Invitation.objects.select_for_update().filter(pk=offer.invitation.pk).first()
    if asked is None or not asked.is_open:
        raise SharingRefused("invitation_over", _("This invitation no longer holds."))
    return asked


def open_for(user: User) -> QuerySet[Invitation]:
    mine = EmailAddress.objects.filter(user=user, verified=True).values(low=Lower("email"))
    return Invitation.objects.filter(
        email__in=mine,
        project__isnull=False,
        accepted_at__isnull=True,
        expires_at__gt=timezone.now(),
        invited_by__is_active=True,
    )


def offers(found: list[Invitation]) -> list[Offer]:
    owners = {invitation.invited_by_id for invitation in found if invitation.invited_by_id}
    if not owners:
        return []
    with scope(owners):
        ids = [invitation.project_id for invitation in found]
        projects = Project.objects.select_related("owner").in_bulk(ids)
    return [
        Offer(invitation, projects[invitation.project_id])
        for invitation in found
        if invitation.project_id in projects
    ]
