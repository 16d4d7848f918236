"""One migrated cluster for all processes of a run: the first makes it, the others copy it."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from django.core.management import call_command
from django.db import connection

from config.embedded import postgres
from tests.stack import SHARED


def take(data: Path, running: Callable[[], AbstractContextManager]) -> None:
    with (SHARED / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if postgres.cluster_dir(SHARED).exists():
            copy(SHARED, data)
        else:
            with running():
                call_command("migrate", verbosity=0)
                connection.close()
                connection.close_pool()
                postgres.note_migrated(data, "for the tests of this run")
            copy(data, SHARED)


def copy(source: Path, target: Path) -> None:
    draft = target / "pg.copy"
    shutil.copytree(postgres.cluster_dir(source), draft)
    draft.rename(postgres.cluster_dir(target))
