"""`flush` as the owner of the tables (used by tests that commit)."""

from django.core.management.commands.flush import Command as Flush

from accounts.tenancy import system


class Command(Flush):
    def handle(self, **options) -> None:
        with system():
            super().handle(**options)
