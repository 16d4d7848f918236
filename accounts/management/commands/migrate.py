"""`migrate` as the role that owns the tables; the application's own role may not change them."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.management.commands.migrate import Command as Migrate
from django.db import connection

from accounts.tenancy import OWNER_ROLE


@contextmanager
def direct_connection() -> Iterator[None]:
    """To PostgreSQL itself where that was named apart: behind a pooler in transaction mode,
    SET ROLE would reach whoever gets that server connection next."""
    usual = connection.settings_dict
    if settings.MIGRATION_DATABASE:
        _reconnect(usual | settings.MIGRATION_DATABASE | {"NAME": usual["NAME"]})
    try:
        yield
    finally:
        if settings.MIGRATION_DATABASE:
            _reconnect(usual)


def _reconnect(chosen: dict) -> None:
    connection.close()
    connection.close_pool()
    connection.settings_dict = chosen


@contextmanager
def owner_session() -> Iterator[None]:
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
        with direct_connection(), owner_session():
            super().handle(*args, **options)
