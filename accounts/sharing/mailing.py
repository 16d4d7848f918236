"""The mail of an invitation, written and sent by a worker.

A link exists in its mail alone: each try makes another, and the row keeps the hash of the last.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts import invitations
from accounts.models import Invitation, PendingTask
from accounts.sharing.inviting import MAIL

log = structlog.get_logger(__name__)
PATIENCE = dt.timedelta(minutes=2)  # for one try, and between two
MOST_TRIES = 5


@dataclass(frozen=True)
class Letter:
    task: PendingTask
    to: str
    subject: str
    body: str

    def send(self) -> None:
        """Raises OSError where the mail server does not take it."""
        send_mail(self.subject, self.body, None, [self.to])


def next_letter() -> Letter | None:
    """The next that is due, taken until its patience ends; call it inside system()."""
    due = PendingTask.objects.due().filter(kind=MAIL).select_for_update(skip_locked=True)
    while task := due.first():
        invitation = (
            Invitation.objects.select_related("project__owner").filter(pk=task.object_id).first()
        )
        if invitation and invitation.is_open and task.attempts < MOST_TRIES:
            task.attempts, task.due_at = task.attempts + 1, timezone.now() + PATIENCE
            task.save()
            return _letter(task, invitation)
        task.delete()
    return None


def sent(letter: Letter) -> None:
    letter.task.delete()


def not_sent(letter: Letter, error: OSError) -> None:
    log.warning("invitation_not_sent", reason=str(error), attempt=letter.task.attempts)
    letter.task.last_error = str(error)[:500]
    letter.task.save(update_fields=["last_error"])


def _letter(task: PendingTask, invitation: Invitation) -> Letter:
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
    return Letter(task, invitation.email, " ".join(subject.split())[:250], body)
