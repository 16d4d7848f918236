"""A stored original on its way to who may read it, whole or a stretch of it: never shown by the
browser itself, always saved."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

from asgiref.sync import sync_to_async
from django.core.files.base import File
from django.http import Http404, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from documents.models import Document
from documents.queue import NotNow

BLOCK = 256 * 1024
STRETCH = re.compile(r"bytes=(\d{1,15})-(\d{0,15})")


def download(document: Document, wanted: str = "") -> StreamingHttpResponse:
    """The original under the person's own name for it, in blocks, whatever its size.

    `wanted` is the header Range; what is not one stretch of the file gets the whole, as RFC 9110
    allows. Raises NotNow while the page of a web address has not been fetched.
    """
    if not document.file:
        raise NotNow(_("This page has not been fetched yet, so there is no file."))
    try:
        file = document.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    first, end = _stretch(wanted, file.size)
    if first:
        file.seek(first)
    response = StreamingHttpResponse(
        _blocks(file, end - first), content_type=document.mime_type or "application/octet-stream"
    )
    if end - first < file.size:
        response.status_code = 206
        response["Content-Range"] = f"bytes {first}-{end - 1}/{file.size}"
    response["Accept-Ranges"] = "bytes"
    response["Content-Disposition"] = content_disposition_header(True, document.name)
    response["Content-Length"] = str(end - first)
    response["X-Content-Type-Options"] = "nosniff"
    response._resource_closers.append(file.close)  # also when nobody reads a single block
    return response


def _stretch(wanted: str, size: int) -> tuple[int, int]:
    """Where it begins and ends; the whole file when it is not one that the file has."""
    asked = STRETCH.fullmatch(wanted.strip())
    if not asked:
        return 0, size
    first, end = int(asked[1]), min(size, int(asked[2]) + 1 if asked[2] else size)
    return (first, end) if first < end else (0, size)


async def _blocks(file: File, size: int) -> AsyncIterator[bytes]:
    # FileResponse would be read into memory as a whole: its iterator is not asynchronous.
    read = sync_to_async(file.read, thread_sensitive=False)
    while size > 0 and (block := await read(min(BLOCK, size))):
        size -= len(block)
        yield block
