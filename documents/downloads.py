"""A stored original on its way back to its owner: never shown by the browser, always saved."""

from __future__ import annotations

from collections.abc import AsyncIterator

from asgiref.sync import sync_to_async
from django.core.files.base import File
from django.http import Http404, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from documents.models import Document
from documents.queue import NotNow

BLOCK = 256 * 1024


def download(document: Document) -> StreamingHttpResponse:
    """The original under the person's own name for it, in blocks, whatever its size.

    Raises NotNow while the page of a web address has not been fetched.
    """
    if not document.file:
        raise NotNow(_("This page has not been fetched yet, so there is no file."))
    try:
        file = document.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    response = StreamingHttpResponse(
        _blocks(file), content_type=document.mime_type or "application/octet-stream"
    )
    response["Content-Disposition"] = content_disposition_header(True, document.name)
    response["Content-Length"] = str(file.size)
    response["X-Content-Type-Options"] = "nosniff"
    response._resource_closers.append(file.close)  # also when nobody reads a single block
    return response


async def _blocks(file: File) -> AsyncIterator[bytes]:
    # FileResponse would be read into memory as a whole: its iterator is not asynchronous.
    while block := await sync_to_async(file.read, thread_sensitive=False)(BLOCK):
        yield block
