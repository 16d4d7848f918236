"""Files that came with an e-mail become documents of their own, below it."""

from __future__ import annotations

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.tenancy import scope
from billing.limits import QuotaExceeded
from documents.extraction import Extracted, ExtractionError
from documents.extraction.result import Attachment
from documents.models import Document
from documents.sharing import follow
from documents.uploads import UploadRefused, add_document
from documents.work.lease import Lease

DEEPEST = 5  # e-mails in e-mails
TRY_AGAIN = {"storage_full", "storage_down"}


def keep_attachments(held: Lease, extracted: Extracted) -> None:
    """Add what came with an e-mail to its owner's library, and name each file below its text.

    Safe to run twice and to be killed: each file is added in a transaction that only the holder
    of the e-mail's lease can commit, and bytes that are there already are not added again. A file
    that cannot be kept is named with the reason and costs the e-mail nothing.
    """
    notes = []
    for attachment in extracted.attachments:
        held.beat()
        reason = attachment.reason or _refusal(held, attachment)
        note = _("Attachment: %s") % attachment.name
        notes.append(f"{note} – {_('not kept')}: {reason}" if reason else note)
    if notes:
        extracted.text += "\n\n" + "\n".join(notes)


def _refusal(held: Lease, attachment: Attachment) -> str:
    """Why the file was not added, "" once it is."""
    file = ContentFile(attachment.content, attachment.name)
    with scope(held.owner_id):
        email = held.document(lock=True)
        if email.kind == Document.Kind.ATTACHMENT:  # it must not bring files into the library
            return _("of an e-mail in a chat only the text is read")
        if _depth(email) >= DEEPEST:
            return _("e-mails inside e-mails are followed %s deep") % DEEPEST
        try:
            with transaction.atomic():
                document, _is_new = add_document(email.owner, file, parent=email)
                follow(email, document)
        except QuotaExceeded as refusal:
            return str(refusal)
        except UploadRefused as refusal:
            if refusal.code in TRY_AGAIN:
                raise ExtractionError(refusal.code, str(refusal), permanent=False) from refusal
            return str(refusal)
    return ""


def _depth(document: Document) -> int:
    depth, above = 0, document.parent
    while above is not None and depth < DEEPEST:
        depth, above = depth + 1, above.parent
    return depth
