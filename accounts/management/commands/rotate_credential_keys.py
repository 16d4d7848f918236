"""Seal every secret anew, so that an old encryption key can be dropped."""

from django.core.management import BaseCommand, CommandError

from accounts import credentials, second_factor
from accounts.tenancy import system


class Command(BaseCommand):
    help = "Encrypt provider keys and second factors with the first of KYRO_CREDENTIAL_KEYS."

    def handle(self, **_) -> None:
        with system():
            sealed, unreadable = credentials.reseal_all()
            factors, lost = second_factor.reseal_all()
        self.stdout.write(f"{sealed} provider keys are encrypted with the first key.")
        self.stdout.write(f"{factors} second factors are encrypted with the first key.")
        if unreadable or lost:
            raise CommandError(
                f"{len(unreadable) + len(lost)} cannot be opened with any key given:"
                f" {', '.join(unreadable + lost)}. Give the key that sealed them too, or ask their"
                " owners to save a provider key again, to set a second factor up anew."
            )
