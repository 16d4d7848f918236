"""An own PostgreSQL server gets its roles and rights, and a login above them is refused."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import quote

import psycopg
import pytest

from accounts.bootstrap import Wanted, bootstrap
from config.embedded import paths
from tests.stack import DATA
from tests.workers import ROOT

pytestmark = pytest.mark.slow
WANTED = Wanted("chat", "chat login", 'it\'s a "secret"')


def server(**given: str) -> dict[str, str]:
    run = str(paths.run_dir(DATA))
    password = paths.secrets(DATA)["superuser_password"]
    usual = {"host": run, "user": "postgres", "password": password, "dbname": "postgres"}
    return usual | given


def execute(statement: str, **given: str) -> list[tuple]:
    with psycopg.connect(**server(**given), autocommit=True) as connection:
        found = connection.execute(statement)
        return found.fetchall() if found.description else []


@pytest.fixture
def maker(services) -> Iterator[dict[str, str]]:
    """Somebody who may make roles and databases, as managed servers give it, and is no more."""
    execute("CREATE ROLE maker LOGIN CREATEROLE CREATEDB PASSWORD 'maker'")
    # roles are the server's: this suite's own are already there, made by somebody else
    execute("GRANT kyro_owner, kyro_app TO maker WITH ADMIN TRUE")
    yield server(user="maker", password="maker")
    execute("DROP DATABASE IF EXISTS chat WITH (FORCE)")
    for (role,) in execute("SELECT rolname FROM pg_roles WHERE rolname IN ('chat login', 'maker')"):
        execute(f'DROP OWNED BY "{role}" CASCADE')
        execute(f'DROP ROLE "{role}"')


def run(*arguments: str, user: str, password: str, **variables: str):
    host = quote(str(paths.run_dir(DATA)), safe="")
    url = f"postgresql://{user}:{quote(password, safe='')}@/chat?host={host}"
    chosen = {key: value for key, value in os.environ.items() if "DATABASE" not in key}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        env=chosen | {"DATABASE_URL": url} | variables,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )


@pytest.fixture
def prepared(maker) -> None:
    """Only pgvector itself asks for a superuser, or for a server that trusts it."""
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match='create extension "vector"'):
        bootstrap(maker, WANTED)
    execute("CREATE EXTENSION vector", dbname="chat")
    bootstrap(maker, WANTED)


def test_somebody_who_may_make_roles_and_databases_is_enough(maker, prepared):
    bootstrap(maker, WANTED)
    login = {"user": WANTED.login, "password": WANTED.password, "dbname": "chat"}
    assert execute("SELECT current_user", **login) == [("kyro_app",)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        execute("CREATE TABLE mine (id int)", **login)
    execute("SET ROLE kyro_owner; CREATE TABLE ours (place vector(2))", **login)
    assert execute("SELECT * FROM ours", **login) == []


def test_the_command_says_who_may_not(maker):
    execute("ALTER ROLE maker NOCREATEROLE NOCREATEDB")
    host = quote(str(paths.run_dir(DATA)), safe="")
    done = run(
        "bootstrap_database",
        user="someone",
        password="new",
        KYRO_MIGRATION_DATABASE_URL=f"postgresql://maker:maker@/postgres?host={host}",
    )
    assert done.returncode == 1
    assert done.stderr.startswith("CommandError: maker may not do this: ")
    assert execute("SELECT FROM pg_roles WHERE rolname = 'someone'") == []


def test_the_command_asks_for_the_address_it_needs(services):
    done = run("bootstrap_database", user="kyro", password="any")
    assert done.stderr.startswith("CommandError: Set DATABASE_URL, and KYRO_MIGRATION_DATABASE_URL")


def test_a_login_above_the_policies_is_refused_at_the_start(prepared):
    words = paths.secrets(DATA)
    done = run(
        "check", "--database", "default", user="postgres", password=words["superuser_password"]
    )
    assert done.returncode == 1
    assert "(kyro.E001) The database role postgres is above row-level security." in done.stderr
    good = run("check", "--database", "default", user="chat login", password=WANTED.password)
    assert good.returncode == 0, good.stderr
