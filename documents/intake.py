"""How files arrive: whatever is too large to keep is not written to the disk either."""

from __future__ import annotations

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler


class StopAtLimit(FileUploadHandler):
    """First of the upload handlers: passes on a little more than the largest file allowed.

    The rest is read and dropped, so the upload ends in order and the file, now just too large, is
    refused with its reason.
    """

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        return raw_data if start <= settings.MAX_FILE_SIZE else None

    def file_complete(self, file_size: int) -> None:
        """The next handler has the file."""
