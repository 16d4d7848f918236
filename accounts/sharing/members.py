"""What becomes of people who are in a project: another role, removed, gone by themselves."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts import audit, locks
from accounts.models import ProjectMember, Role, User
from accounts.sharing.refusals import SharingRefused


def change_role(member: ProjectMember, role: str, *, actor: User) -> ProjectMember:
    row = _locked(member)
    _keep_the_owner(row)
    before, row.role, member.role = row.role, role, role
    row.save(update_fields=["role", "updated_at"])
    _note("member.role", member, actor, before=before, role=role)
    return member


def remove_member(member: ProjectMember, *, actor: User) -> None:
    """By the owner, or by the person: then they leave. From the commit on nothing of it is theirs
    to see; what they have added stays, and so do their conversations, for its owner."""
    member = _locked(member)
    _keep_the_owner(member)
    _note("member.leave" if member.user_id == actor.pk else "member.remove", member, actor)
    member.delete()


def _locked(member: ProjectMember) -> ProjectMember:
    locks.hold(member)
    return ProjectMember.objects.get(pk=member.pk)


def _keep_the_owner(member: ProjectMember) -> None:
    if member.role == Role.OWNER:
        text = _("A project keeps its owner. Delete the project if nobody needs it.")
        raise SharingRefused("owner_stays", text)


def _note(action: str, member: ProjectMember, actor: User, **told: str) -> None:
    audit.record(
        action,
        actor=actor,
        owner_id=member.owner_id,
        resource=member,
        metadata={"project": str(member.project_id), "user": str(member.user_id), **told},
    )
