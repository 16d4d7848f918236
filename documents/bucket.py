"""Originals in an S3 bucket: private, streamed both ways, and as honest about failures as a disk.

Chosen by KYRO_S3_BUCKET; without it Django's own storage keeps them in the data folder.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import File
from storages.backends.s3 import S3Storage

from documents.storage import StorageDown

PATIENCE = Config(
    connect_timeout=3,
    read_timeout=15,
    retries={"mode": "standard", "total_max_attempts": 2},
    # Amazon's newest checksums are unknown to many other stores.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)


class Bucket(S3Storage):
    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.client_config = self.client_config.merge(PATIENCE)
        self.transfer_config = TransferConfig(max_concurrency=4)

    def make(self) -> None:
        """The bucket itself, unless it is there."""
        client = self.bucket.meta.client
        with answering(self.bucket_name):
            try:
                client.head_bucket(Bucket=self.bucket_name)
            except ClientError as error:
                if error.response["Error"]["Code"] != "404":
                    raise
                self.bucket.create(**_place(client.meta.region_name))

    def _open(self, name: str, mode: str = "rb") -> StoredFile:
        stored = self.bucket.Object(self._normalize_name(name))
        with answering(name):
            found = stored.get()
        return StoredFile(found["Body"], name, found["ContentLength"], stored)

    def _save(self, name: str, content: File) -> str:
        with answering(name):
            return super()._save(name, content)

    def delete(self, name: str) -> None:
        with answering(name):
            self.bucket.Object(self._normalize_name(name)).delete()

    def exists(self, name: str) -> bool:
        with answering(name):
            return super().exists(name)

    def size(self, name: str) -> int:
        with answering(name):
            return super().size(name)

    def url(self, name: str, *_: object, **__: object) -> str:
        """None: a signed address would let whoever sees it past our doors."""
        return ""


class StoredFile(File):
    """Read once, towards its end, as it arrives: no copy in memory or on the disk."""

    def __init__(self, body: Any, name: str, size: int, stored: Any) -> None:
        super().__init__(body, name)
        self.size = size
        self._stored = stored

    def seek(self, first: int) -> None:
        """Asked for anew from there on; what was coming is let go."""
        self.file.close()
        with answering(self.name):
            self.file = self._stored.get(Range=f"bytes={first}-")["Body"]

    def read(self, count: int | None = None) -> bytes:
        with answering(self.name):
            return self.file.read(count)


def _place(region: str | None) -> dict[str, Any]:
    """Amazon's first region is the one that must not be named."""
    if region in (None, "us-east-1", "aws-global"):
        return {}
    return {"CreateBucketConfiguration": {"LocationConstraint": region}}


@contextmanager
def answering(name: str) -> Iterator[None]:
    """What boto3 raises, as the errors a local disk would give."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] in ("404", "NoSuchKey"):
            raise FileNotFoundError(errno.ENOENT, "No such object", name) from error
        raise StorageDown(errno.EIO, f"{name}: {error}") from error
    except BotoCoreError as error:
        raise StorageDown(errno.EIO, f"{name}: {error}") from error
