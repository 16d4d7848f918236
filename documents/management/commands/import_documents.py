"""Brings a folder of the server's disk into somebody's library."""

from __future__ import annotations

import logging
import time
from collections import Counter
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.files.base import File
from django.core.management import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.management.people import person
from accounts.models import User
from accounts.tenancy import scope
from billing.limits import QuotaExceeded
from documents.folders import Found, walk
from documents.models import Document
from documents.uploads import UploadRefused, add_document

EVERY = 5.0  # seconds between two lines of progress
LOOK = 1.0  # between two looks at what is being processed
ASKED = 1000  # documents
MAX_TAG = 50


class Command(BaseCommand):
    help = (
        "Add every file of a folder to a person's library. Run it again to add what is new: files "
        "whose content is there already are left as they are. Exit status 1 when one was refused."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--owner", required=True, metavar="EMAIL")
        parser.add_argument("--tag", action="append", default=[], dest="tags", metavar="T")
        parser.add_argument("--dry-run", action="store_true", help="tell what would be sent")
        parser.add_argument("--follow", action="store_true", help="wait until all are processed")

    def handle(self, folder: Path, owner: str, tags: list[str], **options: Any) -> None:
        logging.getLogger("audit").setLevel(logging.WARNING)  # the rows are enough
        user = person(owner)
        if not folder.is_dir():
            raise CommandError(f"{folder} is no folder.")
        if any(not 0 < len(tag) <= MAX_TAG for tag in tags):
            raise CommandError(f"A tag has 1 to {MAX_TAG} characters.")
        found = list(walk(folder))
        self.refused = [(one.path, one.reason) for one in found if one.reason]
        files = [one for one in found if not one.reason]
        if options["dry_run"]:
            self.tell_plan(files)
        else:
            added = self.send(user, files, tags)
            if options["follow"]:
                self.follow(user, added)
        for path, reason in self.refused:
            self.stderr.write(f"{path}: {reason}")
        if self.refused:
            raise SystemExit(1)

    def tell_plan(self, files: list[Found]) -> None:
        for one in files:
            self.stdout.write(f"{one.path} ({one.size:,} bytes)")
        self.stdout.write(f"{len(files):,} files would be sent, {len(self.refused):,} left out.")

    def send(self, user: User, files: list[Found], tags: list[str]) -> list[UUID]:
        """The documents of all files that are in the library now."""
        kept: dict[UUID, bool] = {}
        told = time.monotonic()
        for number, one in enumerate(files):
            if time.monotonic() - told > EVERY:
                told = time.monotonic()
                self.stdout.write(f"{number:,} of {len(files):,}")
            try:
                document, is_new = _add(user, one, tags)
            except QuotaExceeded as refusal:
                self.refused += [(rest.path, str(refusal)) for rest in files[number:]]
                break
            except (UploadRefused, OSError) as refusal:
                self.refused.append((one.path, getattr(refusal, "strerror", "") or str(refusal)))
                continue
            kept.setdefault(document.pk, is_new)
        new = sum(kept.values())
        self.stdout.write(
            f"{new:,} added, {len(files) - new - self._unsent(files):,} there already, "
            f"{len(self.refused):,} refused."
        )
        return list(kept)

    def _unsent(self, files: list[Found]) -> int:
        return len({path for path, _ in self.refused} & {one.path for one in files})

    def follow(self, user: User, documents: list[UUID]) -> None:
        """Until each is ready or has failed; what failed counts as refused."""
        last = ""
        while True:
            states = _states(user, documents)
            waiting = states["pending"] + states["processing"]
            line = f"{states['ready']:,} ready, {states['error']:,} failed, {waiting:,} waiting"
            if line != last:
                self.stdout.write(line)
                last = line
            if not waiting:
                break
            time.sleep(LOOK)
        self.refused += _failures(user, documents)


def _add(user: User, one: Found, tags: list[str]) -> tuple[Document, bool]:
    with scope(user), transaction.atomic(), one.file.open("rb") as opened:
        return add_document(user, File(opened), path=one.path, tags=tags)


def _parts(documents: list[UUID]) -> list[list[UUID]]:
    return [documents[start : start + ASKED] for start in range(0, len(documents), ASKED)]


def _states(user: User, documents: list[UUID]) -> Counter[str]:
    states: Counter[str] = Counter()
    for part in _parts(documents):
        with scope(user):
            states.update(Document.objects.filter(pk__in=part).values_list("status", flat=True))
    return states


def _failures(user: User, documents: list[UUID]) -> list[tuple[str, str]]:
    failed = []
    for part in _parts(documents):
        with scope(user):
            rows = Document.objects.filter(pk__in=part, status=Document.Status.ERROR)
            failed += [(row.path or row.name, row.error_message) for row in rows]
    return failed
