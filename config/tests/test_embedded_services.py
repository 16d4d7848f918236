"""PostgreSQL and Valkey of the embedded stack, started as the supervisor starts them."""

import json
import os
import subprocess
import tempfile
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from config.embedded import postgres
from config.embedded.account import database_account
from config.embedded.paths import database_url, run_dir, secrets, valkey_socket
from config.embedded.stack import start_services


def connect(data, **replaced):
    url = database_url(data)
    wanted = {
        "host": url["HOST"],
        "port": url["PORT"],
        "dbname": url["NAME"],
        "user": url["USER"],
        "password": url["PASSWORD"],
    }
    return psycopg.connect(**wanted | replaced, autocommit=True)


def running_in(data):
    """Processes that name the folder or work in it."""
    found = []
    for process in psutil.process_iter(["cmdline", "cwd"]):
        words = [*(process.info["cmdline"] or []), process.info["cwd"] or ""]
        if any(str(data) in word for word in words):
            found.append(process)
    return found


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("embedded")
    with start_services(folder, durable=False):
        yield folder


def test_the_login_acts_as_the_application_and_may_become_the_owner(data):
    with connect(data) as database:
        assert database.execute("SELECT session_user, current_user").fetchone() == (
            "kyro",
            "kyro_app",
        )
        database.execute("SET ROLE kyro_owner")
        with database.transaction(force_rollback=True):
            database.execute("CREATE TABLE made (id int)")


def test_the_application_makes_no_tables_and_passes_no_row_security(data):
    with connect(data) as database:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            database.execute("CREATE TABLE made (id int)")
        rights = database.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcreatedb, rolinherit FROM pg_roles"
            " WHERE rolname IN ('kyro', 'kyro_app', 'kyro_owner') ORDER BY 1"
        ).fetchall()
    assert rights == [
        ("kyro", False, False, False, False),
        ("kyro_app", False, False, False, True),
        ("kyro_owner", False, False, False, True),
    ]


def test_what_the_owner_makes_the_application_may_use_but_not_truncate(data):
    with connect(data) as database, database.transaction(force_rollback=True):
        database.execute("SET LOCAL ROLE kyro_owner")
        database.execute("CREATE TABLE made (id serial, place vector(2))")
        database.execute("SET LOCAL ROLE kyro_app")
        database.execute("INSERT INTO made (place) VALUES ('[1,2]')")
        assert database.execute("SELECT id FROM made").fetchone() == (1,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            database.execute("TRUNCATE made")


@pytest.mark.parametrize("user", ["kyro", "postgres"])
def test_nobody_enters_without_the_password(data, user):
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect(data, user=user, password="guess")


def test_no_server_listens_on_the_network(data):
    servers = [p for p in running_in(data) if p.name() in ("postgres", "valkey-server")]
    assert {process.name() for process in servers} == {"postgres", "valkey-server"}
    assert [c for p in servers for c in p.net_connections("inet")] == []


def test_sockets_and_files_are_closed_to_others(data):
    assert run_dir(data).stat().st_mode & 0o007 == 0
    assert valkey_socket(data).stat().st_mode & 0o077 == 0
    assert (data / "pg").stat().st_mode & 0o777 == 0o700
    assert (data / "log").stat().st_mode & 0o777 == 0o700


def test_passwords_stand_in_no_process_list_and_no_log(data):
    words = secrets(data).values()
    shown = json.dumps([process.cmdline() for process in running_in(data)])
    logged = "".join(log.read_text() for log in (data / "log").iterdir())
    assert not [word for word in words if word in shown + logged]


def test_a_second_start_keeps_rows_and_queue_and_leaves_nothing_running(tmp_path):
    with start_services(tmp_path) as services:
        assert services.migrated == ""
        postgres.note_migrated(tmp_path, "abc")
        redis.Redis(unix_socket_path=str(valkey_socket(tmp_path))).lpush("celery", "task")
        with connect(tmp_path) as database:
            database.execute("SET ROLE kyro_owner")
            database.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    assert running_in(tmp_path) == []
    with start_services(tmp_path) as services:
        assert services.migrated == "abc"
        queue = redis.Redis(unix_socket_path=str(valkey_socket(tmp_path)))
        assert queue.lrange("celery", 0, -1) == [b"task"]
        with connect(tmp_path) as database:
            database.execute("SET ROLE kyro_owner")
            assert database.execute("SELECT answer FROM kept").fetchone() == (42,)
    assert running_in(tmp_path) == []


def test_a_dropped_database_forgets_that_it_was_migrated(data):
    postgres.prepare_database(data, "other")
    postgres.note_migrated(data, "abc", "other")
    assert postgres.prepare_database(data, "other") == "abc"
    dropped = secrets(data)["superuser_password"]
    with connect(data, user="postgres", password=dropped, dbname="postgres") as database:
        database.execute("DROP DATABASE other")
    assert postgres.prepare_database(data, "other") == ""


def test_a_killed_initdb_leaves_nothing_half_made(tmp_path):
    leftover = tmp_path / "pg.making-x"
    (leftover / "base").mkdir(parents=True)
    with start_services(tmp_path, durable=False):
        assert not leftover.exists()
        assert (tmp_path / "pg" / "PG_VERSION").read_text() == "18\n"


@pytest.mark.parametrize("name", ["Kyro Chat", "x" * 120, "50% of a,b"])
def test_folders_with_unusual_names(tmp_path, name):
    with start_services(tmp_path / name, durable=False), connect(tmp_path / name) as database:
        assert database.execute("SELECT 1").fetchone() == (1,)
        assert redis.Redis(unix_socket_path=str(valkey_socket(tmp_path / name))).ping()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another user for the database")
def test_as_root_the_database_runs_as_nobody_and_only_its_own_folder_is_opened():
    with tempfile.TemporaryDirectory() as parent:
        Path(parent).chmod(0o711)
        data = Path(parent, "data")
        account = database_account(Path(parent), data / "pg", postgres.binary("postgres"))
        if account.own_namespace:
            pytest.skip("nobody cannot reach this environment")
        with start_services(data, durable=False) as services:
            server = psutil.Process(services.postgres.process_id)
            assert server.username() == "nobody"
            assert (data / "pg").owner() == "nobody"
        assert Path(parent).stat().st_mode & 0o777 == 0o711
        assert data.owner() == "root"


def test_each_needed_program_is_in_the_wheel():
    for name in ("initdb", "postgres", "psql", "pg_dump", "pg_restore"):
        shown = subprocess.run([postgres.binary(name), "--version"], capture_output=True, text=True)
        assert "(PostgreSQL) 18." in shown.stdout
