"""A web address into the library: a document at once, whose page a worker fetches."""

from __future__ import annotations

import hashlib
from urllib.parse import unquote, urlsplit

from uuid_utils.compat import uuid7

from accounts import audit
from accounts.models import User
from billing.models import Subscription
from documents import queue
from documents.models import Document
from documents.uploads import UploadRefused, again, check_plan, clean_name
from outbound.addresses import AddressRefused, check_url


def add_address(
    user: User,
    url: str,
    *,
    title: str = "",
    tags: list[str] | None = None,
    actor: User | None = None,
) -> tuple[Document, bool]:
    """Add the page at an address to the user's library; call inside the user's scope.

    `actor` names it, where that is somebody else.

    Returns the document and whether it is new: an address in the library gives its document, tried
    again if it had failed. Raises UploadRefused or QuotaExceeded. Nothing is fetched here.
    """
    try:
        source_url = check_url(url)
    except AddressRefused as refusal:
        raise UploadRefused(refusal.code, refusal.message, field="url") from refusal
    # One at a time for each person: a page's hash changes once it is fetched, so no constraint
    # would stop the second of two equal requests.
    Subscription.objects.select_for_update().get(user=user)
    library = Document.objects.for_user(user).library()
    if existing := library.filter(source_url=source_url).first():
        return again(existing, actor or user), False
    check_plan(user, 0)
    document = Document(
        id=uuid7(),
        owner=user,
        name=name_of(source_url),
        title=title,
        tags=tags or [],
        source_url=source_url,
        file_size=0,
        content_hash=hashlib.sha256(f"url:{source_url}".encode()).hexdigest(),
    )
    document.save(force_insert=True)
    name = {"name": document.name}
    audit.record(
        "document.upload", actor=actor or user, owner_id=user.pk, resource=document, metadata=name
    )
    queue.enqueue(document)
    return document, True


def name_of(url: str) -> str:
    """The last part of the path, or the host."""
    parts = urlsplit(url)
    return clean_name(unquote(parts.path.rstrip("/").rpartition("/")[2]) or parts.netloc)
