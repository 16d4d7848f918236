"""Seal every provider key anew, so that an old encryption key can be dropped."""

from django.core.management import BaseCommand, CommandError

from accounts import credentials
from accounts.tenancy import system


class Command(BaseCommand):
    help = "Encrypt all provider keys with the first of KYRO_CREDENTIAL_KEYS."

    def handle(self, **_) -> None:
        with system():
            sealed, unreadable = credentials.reseal_all()
        self.stdout.write(f"{sealed} provider keys are encrypted with the first key.")
        if unreadable:
            raise CommandError(
                f"{len(unreadable)} cannot be opened with any key given: {', '.join(unreadable)}."
                " Give the key that sealed them too, or ask their owners to save them again."
            )
