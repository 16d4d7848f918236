"""Prepares an own PostgreSQL server: roles, database, extension, rights. Safe to repeat."""

import psycopg
from django.conf import settings
from django.core.management import BaseCommand, CommandError

from accounts.bootstrap import TooOld, Wanted, bootstrap


class Command(BaseCommand):
    help = "Make the roles and the database of DATABASE_URL, as KYRO_MIGRATION_DATABASE_URL's user"
    requires_system_checks = []

    def handle(self, **_) -> None:
        server, ours = settings.MIGRATION_DATABASE, settings.DATABASES["default"]
        if server is None:
            raise CommandError(
                "Set DATABASE_URL, and KYRO_MIGRATION_DATABASE_URL to somebody who may make roles "
                "and databases there. The embedded PostgreSQL needs neither: `make run`."
            )
        if not (ours["USER"] and ours["PASSWORD"] and ours["NAME"]):
            raise CommandError("DATABASE_URL must name the user, the password and the database.")
        wanted = Wanted(ours["NAME"], ours["USER"], ours["PASSWORD"])
        try:
            bootstrap(_connecting(server), wanted)
        except TooOld as error:
            raise CommandError(str(error)) from error
        except psycopg.errors.InsufficientPrivilege as error:
            raise CommandError(
                f"{server['USER']} may not do this: {error}. It needs to be superuser, or to have "
                "CREATEROLE and CREATEDB and the extension vector trusted or already there."
            ) from error
        except psycopg.Error as error:
            raise CommandError(f"The database could not be prepared: {error}") from error
        self.stdout.write(f"The database {wanted.database} is ready for {wanted.login}.")


def _connecting(server: dict) -> dict:
    given = {
        "host": server["HOST"],
        "port": server["PORT"],
        "user": server["USER"],
        "password": server["PASSWORD"],
        "dbname": server["NAME"],
        **server["OPTIONS"],
    }
    return {key: value for key, value in given.items() if value}
