"""Asking people into a project by e-mail: the same whether or not an address has an account."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit, delivery, invitations
from accounts.models import AuditLog, Invitation, PendingTask, Project, User, in_two_weeks
from accounts.sharing.changing import check_open
from accounts.sharing.refusals import NoRoom, SharingRefused

MAIL = "invitation.mail"  # what is owed, see accounts.sharing.mailing
REFUSALS = (SharingRefused, NoRoom)  # what `invite` raises
MOST_OPEN = 50  # of one project
MOST_AN_HOUR = 30  # mails of one person


def everybody(owner: User, email: str) -> None:
    """Without plans there is room for all."""


# Whether the owner's plan has room for one more person, by their address: set by its room.
check_room: Callable[[User, str], None] = everybody


def invite(project: Project, email: str, role: str, *, actor: User) -> tuple[Invitation, bool]:
    """Ask an address; asked again, the same invitation goes out anew, with another link.

    Returns it and whether it is new. Raises SharingRefused or NoRoom.
    """
    email = email.strip().lower()
    Project.objects.select_for_update().get(pk=project.pk)  # one at a time
    check_open(project)
    if project.members.filter(user__email__iexact=email).exists():
        raise SharingRefused("member_already", _("This person is a member already."))
    existing = pending(project).filter(email=email).first()
    if existing is None:
        _check_number(project)
    if existing is None or not existing.is_open:  # one that has expired keeps no place
        check_room(project.owner, email)
    invitation = existing or Invitation(project=project, email=email, invited_by=project.owner)
    invitation.role, invitation.expires_at = role, in_two_weeks()
    _send(invitation, actor=actor, is_new=existing is None)
    return invitation, existing is None


def resend(invitation: Invitation, *, actor: User) -> Invitation:
    return invite(_project(invitation), invitation.email, invitation.role, actor=actor)[0]


def revoke(invitation: Invitation, *, actor: User) -> None:
    """Its link leads nowhere from now on."""
    _note("invitation.revoke", invitation, actor)
    _forget_mail(invitation)
    invitation.delete()


def decline(invitation: Invitation, *, actor: User) -> None:
    """The same, by whom it was sent to; inside the scope of the project's owner."""
    _note("invitation.decline", invitation, actor)
    _forget_mail(invitation)
    invitation.delete()


def pending(project: Project):
    """Invitations that were not taken up, expired ones too: they can be sent again."""
    return project.invitations.filter(accepted_at__isnull=True)


def _send(invitation: Invitation, *, actor: User, is_new: bool) -> None:
    """Owe the mail; the link in it is made when it is written, so that nothing keeps one."""
    hour_ago = timezone.now() - dt.timedelta(hours=1)
    sent = AuditLog.objects.filter(
        owner_id=_project(invitation).owner_id,
        action__in=["invitation.create", "invitation.resend"],
        created_at__gt=hour_ago,
    )
    if sent.count() >= MOST_AN_HOUR:
        text = _("You have sent %s invitations within an hour. Go on a little later.")
        raise SharingRefused("rate_limited", text % MOST_AN_HOUR, retry_after=3600)
    invitation.token_hash = invitations.digest(invitations.new_token())
    invitation.save()
    _note("invitation.create" if is_new else "invitation.resend", invitation, actor)
    delivery.owe(MAIL, invitation.pk, _project(invitation).owner_id)


def _check_number(project: Project) -> None:
    if pending(project).count() >= MOST_OPEN:
        text = _("%s people have not answered yet. Take an invitation back to send another.")
        raise SharingRefused("too_many_invitations", text % MOST_OPEN)


def _project(invitation: Invitation) -> Project:
    if invitation.project is None:
        raise ValueError("an invitation to sign up belongs to no project")
    return invitation.project


def _forget_mail(invitation: Invitation) -> None:
    PendingTask.objects.filter(kind=MAIL, object_id=invitation.pk).delete()


def _note(action: str, invitation: Invitation, actor: User) -> None:
    """Without the address: what is noted stays, and people may ask to be forgotten."""
    audit.record(
        action,
        actor=actor,
        owner_id=_project(invitation).owner_id,
        resource=invitation,
        metadata={"project": str(invitation.project_id), "role": invitation.role},
    )
