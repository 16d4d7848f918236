"""The restore drill: a dump put back on a bootstrapped database is the same product."""

from __future__ import annotations

import os
import subprocess
import sys
from urllib.parse import quote

import pytest

from accounts.tenancy import scope
from config.embedded import paths, postgres
from documents.models import Document
from tests.filling import fill
from tests.stack import DATA
from tests.workers import ROOT

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
RESTORED = "restored"
CHUNKS = "SELECT count(*), md5(string_agg(c::text, '' ORDER BY id)) FROM documents_documentchunk c"
# What the restored product shows to one person, and that nobody else's rows come along.
LOOK = """
import sys; import django; django.setup()
from accounts.models import User
from accounts.tenancy import scope
from chatbots.models import Chatbot
from documents.models import Document
for user in User.objects.order_by("email"):
    with scope(user):
        print(user.email, [d.name for d in Document.objects.all()], Chatbot.objects.count())
assert not Document.objects.exists()
"""


def tool(name: str, *arguments: str) -> str:
    """As the documentation has it, by the superuser."""
    login = {"PGHOST": str(paths.run_dir(DATA)), "PGUSER": "postgres"}
    password = paths.secrets(DATA)["superuser_password"]
    done = subprocess.run(
        [postgres.binary(name), *arguments],
        env=os.environ | login | {"PGPASSWORD": password},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def bare_database(services):
    postgres.prepare_database(DATA, RESTORED)
    yield
    tool("dropdb", "--force", RESTORED)


def manage(*arguments: str) -> str:
    words = paths.database_url(DATA)
    host = quote(words["HOST"], safe="")
    url = f"postgresql://kyro:{quote(words['PASSWORD'], safe='')}@/{RESTORED}?host={host}"
    chosen = {key: value for key, value in os.environ.items() if "DATABASE" not in key}
    done = subprocess.run(
        [sys.executable, *arguments],
        env=chosen | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings"},
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_restored_dump_is_the_same_product(owner, outsider, bare_database, tmp_path):
    for person in (owner, outsider):
        fill(person)
    dump = tmp_path / "kyro.dump"
    tool("pg_dump", "--format=custom", f"--file={dump}", "kyro")
    tool("pg_restore", "--exit-on-error", f"--dbname={RESTORED}", str(dump))
    assert manage("manage.py", "migrate", "--check") == ""
    manage("manage.py", "check", "--database", "default")
    assert manage("-c", LOOK).splitlines() == [
        "outsider@example.com ['sky.txt'] 1",
        "owner@example.com ['sky.txt'] 1",
    ]
    psql = ("psql", "--tuples-only", f"--command={CHUNKS}")
    assert tool(*psql, "kyro") == tool(*psql, RESTORED)
    with scope(owner):
        assert Document.objects.count() == 1
