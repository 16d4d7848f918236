"""PgBouncer in transaction mode before the suite's PostgreSQL, for `make test-pooled`."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.embedded import packages, paths, postgres
from config.embedded.account import database_account
from config.embedded.children import Child, stop

PROGRAM = "deploy/pgbouncer.sh"


def variables(data: Path) -> dict[str, str]:
    """What the suite, and every process it starts, has in its environment then."""
    words, run = paths.secrets(data), paths.run_dir(data)
    return {
        "DATABASE_URL": f"postgresql://kyro@127.0.0.1:{_free_port()}/kyro",
        "KYRO_DATABASE_PASSWORD": words["database_password"],
        "KYRO_MIGRATION_DATABASE_URL": f"postgresql://postgres@/postgres?host={run}&port=5432",
        "KYRO_MIGRATION_DATABASE_PASSWORD": words["superuser_password"],
    }


@contextmanager
def pooler(data: Path) -> Iterator[None]:
    child = server(data)
    child.start()
    try:
        yield
    finally:
        stop([child])


def server(data: Path) -> Child:
    password = data / "pooler-password"
    password.write_text(paths.secrets(data)["database_password"])
    program = packages.found("pgbouncer")
    assert program, "PgBouncer is not installed: see `make test`."
    account = database_account(data, postgres.cluster_dir(data), postgres.binary("postgres"))
    account.take(password)
    _, _, port = os.environ["DATABASE_URL"].rpartition(":")
    return Child(
        name="pgbouncer",
        command=["sh", str(paths.PROJECT / PROGRAM)],
        env={
            "PATH": f"{Path(program).parent}:{os.defpath}",
            "LISTEN_ADDRESS": "127.0.0.1",
            "LISTEN_PORT": port.partition("/")[0],
            "POSTGRES_HOST": str(paths.run_dir(data)),
            "POSTGRES_PORT": "5432",
            "POOL_SIZE": "20",
            "KYRO_DATABASE_USER": "kyro",
            "KYRO_DATABASE_PASSWORD_FILE": str(password),
        },
        cwd=Path("/"),
        log=data / "log" / "pgbouncer.log",
        account=account,
    )


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port
