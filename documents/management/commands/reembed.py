"""Change the model that reads and searches documents, without a gap."""

from __future__ import annotations

import time

from django.core.management import BaseCommand, CommandError

from documents.models import EmbeddingGeneration
from documents.reembedding import change
from providers.errors import ProviderError

LOOK_SECONDS = 1.0


class Command(BaseCommand):
    help = (
        "Make the vectors of every document anew with the model of KYRO_EMBEDDING_MODEL, then"
        " switch to it. Workers do it in the background; search goes on with the old model."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("--model", help="this one instead, or the one in use once more")
        parser.add_argument("--wait", action="store_true", help="until the new model is in use")
        asked = parser.add_mutually_exclusive_group()
        asked.add_argument("--status", action="store_true", help="only say how it stands")
        asked.add_argument("--cancel", action="store_true", help="give up what is under way")

    def handle(self, *, model, wait, status, cancel, **_) -> None:
        try:
            if cancel:
                given_up = change.cancel()
                self.stdout.write(f"The change to {given_up.model} is cancelled.")
            elif not status and not (wait and change.future()):
                begun = change.start(model)
                self.stdout.write(f"Vectors of {begun.model} are being made.")
        except (change.CannotStart, ProviderError) as error:
            raise CommandError(str(error)) from error
        if wait and (coming := change.future()):
            self._wait_for(coming)
        if status or wait:
            self._tell()

    def _wait_for(self, coming: EmbeddingGeneration) -> None:
        """Says each change of progress and each failure once."""
        said = ""
        while change.future() == coming:
            coming.refresh_from_db()
            line = f"{coming.documents_done} of {coming.documents_total} documents"
            line += f"; paused: {coming.last_error}" if coming.last_error else ""
            if line != said:
                self.stdout.write(line)
            said = line
            time.sleep(LOOK_SECONDS)
        if not EmbeddingGeneration.objects.filter(pk=coming.pk, state="present").exists():
            raise CommandError(f"The change to {coming.model} was cancelled.")

    def _tell(self) -> None:
        standing = change.standing()
        self.stdout.write(f"In use: {standing.present.model}")
        if coming := standing.future:
            self.stdout.write(
                f"Being made: {coming.model}, {coming.documents_done} of"
                f" {coming.documents_total} documents"
            )
            if coming.last_error:
                self.stdout.write(f"Paused: {coming.last_error}")
        if standing.advice:
            self.stdout.write(standing.advice)
