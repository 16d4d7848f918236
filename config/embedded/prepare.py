"""Makes `.venv` and installs the locked, hashed requirements, each only when something changed.

Run by prepare.sh with any Python from 3.11 on, before anything is installed: standard library only.
"""

import contextlib
import errno
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
ENVIRONMENT = PROJECT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
# What the environment takes, and again that in the making.
NEEDED_MEGABYTES = 1500
WORKS = "import sys, pip; sys.exit(not sys.version_info >= (3, 11))"


class Unprepared(Exception):
    """A sentence; shown without a traceback."""


def prepare(locks: list[str]) -> None:
    with _one_at_a_time():
        if not _works():
            _make_environment()
        for name in locks:
            _install(PROJECT / name)


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Two `make` at once: the second waits. The lock is on the folder, so no file is left."""
    folder = os.open(PROJECT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _works() -> bool:
    """False for a missing, half-made or moved environment, or one whose Python is gone."""
    if not PYTHON.exists():
        return False
    return subprocess.run([PYTHON, "-c", WORKS], capture_output=True).returncode == 0


def _make_environment() -> None:
    _refuse_full_disk()
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    print("Making the Python environment .venv", flush=True)
    made = subprocess.run(
        [sys.executable, "-m", "venv", ENVIRONMENT], capture_output=True, text=True
    )
    if made.returncode:
        raise Unprepared(
            f"The environment {ENVIRONMENT} could not be made: "
            f"{(made.stderr or made.stdout).strip().splitlines()[-1]}"
        )


def _install(lock: Path) -> None:
    stamp = ENVIRONMENT / f"{lock.stem}.installed"
    state = hashlib.sha256(lock.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == state:
        return
    print(f"Installing {lock.name} (some minutes the first time)", flush=True)
    pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    installed = subprocess.run([PYTHON, *pip, "--require-hashes", "-r", lock], cwd=PROJECT)
    if installed.returncode:
        _refuse_full_disk(100)
        raise Unprepared(
            f"{lock.name} could not be installed; pip says why above. "
            "The first start needs the network or a package mirror (PIP_INDEX_URL)."
        )
    stamp.write_text(state)


def _refuse_full_disk(needed: int = NEEDED_MEGABYTES) -> None:
    free = shutil.disk_usage(PROJECT).free // 1024**2
    if free < needed:
        raise Unprepared(
            f"The disk is full: {PROJECT} has {free} MB left and the environment needs "
            f"{NEEDED_MEGABYTES} MB. Free some space and try again."
        )


def _sentence(error: OSError) -> str:
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"You may not write to {error.filename or PROJECT}: use a checkout of your own."
    return f"{error.strerror}: {error.filename or PROJECT}."


if __name__ == "__main__":
    try:
        prepare(sys.argv[1:])
    except Unprepared as reason:
        sys.exit(f"KyroChat cannot run. {reason}")
    except OSError as reason:
        sys.exit(f"KyroChat cannot run. {_sentence(reason)}")
    except KeyboardInterrupt:
        sys.exit(130)
