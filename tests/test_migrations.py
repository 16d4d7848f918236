"""Migrations down to zero and up again, on a database that has rows in every table."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from accounts.tenancy import OWNER_ROLE
from config.embedded import paths, postgres
from tests.stack import DATA

ROOT = Path(__file__).resolve().parent.parent
NAME = "kyro_to_zero"
ROUND_TRIP = """
import gc
import django; django.setup()
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from accounts.models import User
from accounts.tenancy import system
from providers import registry
from tests.filling import fill

def tables():
    return sorted(set(connection.introspection.table_names()) - {"django_migrations"})

def fill_everything():
    registry.configure(registry.ProviderSettings(chat_model="fake", embedding_model="fake"))
    fill(User.objects.create_user("filled@example.com", "correct horse battery"))
    with system():
        return sorted(m._meta.label for m in apps.get_models() if m.objects.exists())

gc.set_threshold(100_000, 20, 20)  # model classes by the ten thousand are made and thrown away
call_command("migrate", verbosity=0)
first, filled = tables(), fill_everything()
for app in ("account", "admin", "djstripe", "accounts", "auth", "contenttypes", "sessions"):
    call_command("migrate", app, "zero", verbosity=0)
left = tables()
call_command("migrate", verbosity=0)
assert left == [], left
assert tables() == first
assert len(filled) > 20, filled
assert fill_everything() == filled
print("round trip")
"""


@pytest.mark.slow
def test_migrations_go_to_zero_and_back_on_a_filled_database(services):
    copy_of_ours()
    done = subprocess.run(
        [sys.executable, "-c", ROUND_TRIP],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": url(), "DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
    )
    assert done.stdout.endswith("round trip\n"), done.stderr[-3000:]


def copy_of_ours() -> None:
    """Where the run's database has its tables, that is the first way up. Copied is only what
    nobody is connected to."""
    connection.close()
    connection.close_pool()
    ours = paths.database_url(DATA)["NAME"]
    copy = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(
        *map(sql.Identifier, (NAME, ours, OWNER_ROLE))
    )
    with psycopg.connect(**postgres._superuser(DATA), autocommit=True) as superuser:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
        superuser.execute(others, [ours])
        superuser.execute(copy)
    postgres.prepare_database(DATA, NAME)


def url() -> str:
    found = paths.database_url(DATA)
    login = f"{found['USER']}:{quote(found['PASSWORD'], safe='')}"
    return f"postgresql://{login}@/{NAME}?host={quote(found['HOST'])}&port={found['PORT']}"
