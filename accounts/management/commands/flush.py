"""`flush` as the owner of the tables (used by tests that commit)."""

from django.core.management.commands.flush import Command as Flush

from accounts.management.commands.migrate import owner_session


class Command(Flush):
    def handle(self, **options) -> None:
        with owner_session():
            super().handle(**options)
