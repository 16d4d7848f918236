"""`migrate` as the role that owns the tables; the application's own role may not change them."""

from contextlib import contextmanager

from django.core.management.commands.migrate import Command as Migrate
from django.db import connection

from accounts.tenancy import OWNER_ROLE


@contextmanager
def owner_session():
    """The whole session as the owner: migrations open and close transactions as they like."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {OWNER_ROLE}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")


class Command(Migrate):
    def handle(self, *args, **options) -> None:
        with owner_session():
            super().handle(*args, **options)
