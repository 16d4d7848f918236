"""The mail of an invitation, written and sent by a worker.

A link exists in its mail alone: each try makes another, and the row keeps the hash of the last.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import invitations, letters
from accounts.letters import Letter
from accounts.models import Invitation, PendingTask
from accounts.sharing.inviting import MAIL


def send_all() -> None:
    letters.send_all(MAIL, _written)


def _written(task: PendingTask) -> Letter | None:
    invitation = (
        Invitation.objects.select_related("project__owner").filter(pk=task.object_id).first()
    )
    return _letter(invitation) if invitation and invitation.is_open else None


def _letter(invitation: Invitation) -> Letter:
    token = invitations.new_token()
    invitation.token_hash = invitations.digest(token)
    invitation.save(update_fields=["token_hash"])
    project = invitation.project
    with translation.override(project.owner.locale):
        told = {
            "inviter": project.owner.get_full_name(),
            "project": project.name,
            "may_change": invitation.role == "editor",
            "expires_at": invitation.expires_at,
            "link": settings.BASE_URL + reverse("projects:join", args=[token]),
            "place": urlsplit(settings.BASE_URL).netloc,
        }
        subject = _("%(inviter)s shares the project “%(project)s” with you") % told
        body = render_to_string("projects/email/invitation.txt", told)
    return Letter(invitation.email, subject, body)
