"""PostgreSQL and Valkey together, for the supervisor and for the test suite."""

import contextlib
import fcntl
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from . import postgres, valkey
from .account import Account, database_account
from .children import Child, stop
from .paths import POSTGRES_SOCKET, DamagedSecrets, make_data_dir, run_dir, secrets
from .refusals import (
    Refusal,
    damaged_secrets,
    failed_service,
    refuse_full_disk,
    refuse_unsuitable_cluster,
    refuse_unwritable,
    unusable_data_dir,
)
from .stop_signals import pause

START_SECONDS = 60
EARLIER_RUN_SECONDS = 20


@dataclass(frozen=True)
class Services:
    data: Path
    postgres: Child
    valkey: Child
    migrated: str
    """The migration state noted in the database; empty in a new one."""


@contextlib.contextmanager
def start_services(data: Path, *, durable: bool = True) -> Iterator[Services]:
    """Both servers, ready, with the database `kyro` prepared; stopped at the end of the block.

    `durable=False` is for tests: nothing is flushed to the disk. Call from the main thread,
    because the servers end with the thread that started them.
    """
    check_data_dir(data)
    with contextlib.ExitStack() as stack:
        lock = stack.enter_context(_no_earlier_run(data))
        account = database_account(data, postgres.cluster_dir(data), postgres.binary("postgres"))
        make_run_dir(data, account)
        stack.callback(remove_short_run_dir, data)
        queue = valkey.server(data, durable=durable, inherited=(lock,))
        database = postgres.server(data, account, durable=durable, inherited=(lock,))
        stack.callback(stop, [database, queue])
        queue.start()
        postgres.make_cluster(data, account, durable=durable)
        postgres.forget_dead_server(data)
        database.start()
        _wait(database, lambda: postgres.is_ready(data, database.process_id), "PostgreSQL", data)
        migrated = postgres.prepare_database(data)
        _wait(queue, lambda: valkey.is_ready(data), "Valkey", data)
        yield Services(data, database, queue, migrated)


def check_data_dir(data: Path) -> None:
    try:
        make_data_dir(data)
    except OSError as error:
        raise unusable_data_dir(data, error) from error
    cluster = postgres.cluster_dir(data)
    refuse_full_disk(data, first_start=not cluster.exists())
    refuse_unwritable(data)
    try:
        refuse_unsuitable_cluster(cluster)
        secrets(data)
    except DamagedSecrets as error:
        raise damaged_secrets(data) from error
    except OSError as error:
        raise unusable_data_dir(data, error) from error


def make_run_dir(data: Path, account: Account) -> None:
    """As root shared with the database account: sticky, so it can remove its own socket only."""
    folder = run_dir(data)
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
        raise Refusal(f"The folder {folder} belongs to another user. Remove it and try again.")
    if account.group is not None:
        os.chown(folder, -1, account.group)
        folder.chmod(0o1770)
    for name in (POSTGRES_SOCKET, POSTGRES_SOCKET + ".lock", "valkey.sock"):
        (folder / name).unlink(missing_ok=True)


def remove_short_run_dir(data: Path) -> None:
    if run_dir(data).parent != data:
        shutil.rmtree(run_dir(data), ignore_errors=True)


@contextlib.contextmanager
def _no_earlier_run(data: Path) -> Iterator[int]:
    """A lock that the servers inherit, so it lasts as long as any of them, whoever was killed."""
    lock = os.open(data / "services.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        deadline = time.monotonic() + EARLIER_RUN_SECONDS
        while not _locked(lock):
            if time.monotonic() > deadline:
                raise Refusal(f"The databases of an earlier run still use {data}. Try again soon.")
            pause(0.1)
        yield lock
    finally:
        os.close(lock)


def _locked(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait(child: Child, is_ready: Callable[[], bool], name: str, data: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not is_ready():
        if not child.is_alive or time.monotonic() > deadline:
            raise failed_service(name, child.log or data, data)
        pause(0.02)
