"""Prove that every balance is the sum of its ledger."""

from django.core.management import BaseCommand

from accounts.tenancy import system
from billing import ledger_check
from billing.models import CreditBalance, CreditChange


class Command(BaseCommand):
    help = (
        "Compare each balance with the sum of its ledger, what is held with the reservations that "
        "hold it, and each reservation with its entries. Exit status 1 with a list of differences."
    )

    def handle(self, **_) -> None:
        with system():
            found = ledger_check.differences()
            people, changes = CreditBalance.objects.count(), CreditChange.objects.count()
        for difference in found:
            self.stderr.write(str(difference))
        if found:
            raise SystemExit(1)
        self.stdout.write(f"{people:,} balances are the sums of {changes:,} entries.")
