"""`python -m config.embedded`, what `make run` ends with. Imports no Django: it must be quick."""

import errno
import os
import resource
import signal
import sys
from pathlib import Path

from .lifeline import follow
from .paths import data_dir
from .programs import Programs
from .refusals import Refusal, full_disk
from .stop_signals import Stopped, note_stop_signals
from .supervisor import run

OPEN_FILES = 65536  # a thousand open answers and more


def main(programs: Programs | None = None) -> int:
    try:
        return start(programs)
    except Stopped:
        return 0


def start(programs: Programs | None) -> int:
    note_stop_signals()
    if "--with-parent" in sys.argv:  # `make` killed with -9 takes us along
        follow(os.getppid(), signal.SIGTERM)
    raise_open_files()
    try:
        programs = programs or chosen_programs()
        run_or_name_full_disk(programs)
    except Refusal as refusal:
        print(f"KyroChat cannot run. {refusal}", file=sys.stderr)
        return 1
    return 0


def run_or_name_full_disk(programs: Programs) -> None:
    """Any file may be the one that no longer fits."""
    try:
        run(programs)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise full_disk(programs.data) from error


def chosen_programs() -> Programs:
    host = os.environ.get("KYRO_HOST") or "127.0.0.1"
    return Programs(chosen_data_dir(), host, chosen_port())


def chosen_data_dir() -> Path:
    """Never the pointer of another running stack: that is for commands, not for a new start."""
    os.environ.setdefault("KYRO_DATA_DIR", ".data")
    return data_dir()


def chosen_port() -> int:
    port = os.environ.get("KYRO_PORT") or "8000"
    if not port.isdecimal():
        raise Refusal(f"KYRO_PORT must be a number from 1 to 65535, not {port!r}.")
    return int(port)


def raise_open_files() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


if __name__ == "__main__":
    sys.exit(main())
