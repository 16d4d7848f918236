"""Proves that originals can be kept: makes the bucket where it may, then writes, reads, deletes."""

from uuid import uuid4

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Make the bucket of KYRO_S3_BUCKET unless it is there, and try the file storage"

    def handle(self, **_) -> None:
        place = f"the bucket {settings.S3_BUCKET}" if settings.S3_BUCKET else settings.MEDIA_ROOT
        try:
            if settings.S3_BUCKET:
                default_storage.make()
            _try_out(f"trial-{uuid4()}")
        except OSError as error:
            raise CommandError(f"Files cannot be kept in {place}: {error}") from error
        self.stdout.write(f"Files can be kept in {place}.")


def _try_out(name: str) -> None:
    default_storage.save(name, ContentFile(b"trial"))
    with default_storage.open(name) as file:
        if file.read() != b"trial":
            raise OSError(f"{name} came back changed.")
    default_storage.delete(name)
