"""Seal every secret anew, so that an old encryption key can be dropped."""

from django.core.management import BaseCommand, CommandError

from accounts import credentials, sealing, second_factor
from accounts.tenancy import system


class Command(BaseCommand):
    help = "Encrypt all that is kept sealed with the first of KYRO_CREDENTIAL_KEYS."

    def handle(self, **_) -> None:
        with system():
            sealed, unreadable = credentials.reseal_all()
            factors, lost = second_factor.reseal_all()
            others = {name: reseal() for name, reseal in sealing.RESEALED.items()}
        self.stdout.write(f"{sealed} provider keys are encrypted with the first key.")
        self.stdout.write(f"{factors} second factors are encrypted with the first key.")
        for name, (count, closed) in others.items():
            self.stdout.write(f"{count} {name} are encrypted with the first key.")
            lost += closed
        if unreadable or lost:
            raise CommandError(
                f"{len(unreadable) + len(lost)} cannot be opened with any key given:"
                f" {', '.join(unreadable + lost)}. Give the key that sealed them too, or ask their"
                " owners to save a provider key again, to set a second factor up anew."
            )
