"""Runs the migrations when they have changed since the database last noted their state."""

import hashlib
from pathlib import Path

from . import postgres
from .children import Child
from .paths import PROJECT
from .programs import Programs
from .refusals import Refusal, last_lines
from .stack import Services


def migrations_state() -> str:
    """A hash of our migrations, of the lock (others' migrations) and of the list of apps."""
    digest = hashlib.sha256()
    ours = (PROJECT.glob(f"*/{inner}migrations/*.py") for inner in ("", "*/"))
    files = sorted(path for paths in ours for path in paths)
    for path in (*files, PROJECT / "requirements.txt", PROJECT / "config" / "settings.py"):
        digest.update(str(path.relative_to(PROJECT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def bring_up_to_date(services: Services, programs: Programs) -> str:
    """Returns "EMAIL PASSWORD" when the first administrator was just made, else nothing.

    The state is noted last, so a start that was killed in between does both steps again.
    """
    state = migrations_state()
    if services.migrated == state:
        return ""
    _run(services.data, programs.manage("migrate", "--no-input", "--verbosity", "0"))
    printed = _run(services.data, programs.manage("ensure_administrator"))
    postgres.note_migrated(services.data, state)
    logins = [line for line in printed.splitlines() if len(line.split()) == 2 and "@" in line]
    return logins[-1] if logins else ""


def _run(data: Path, step: Child) -> str:
    step.errors = data / "log" / f"{step.name}.log"
    code, printed = step.finish()
    if code:
        raise Refusal(
            f"`manage.py {step.name}` failed. The end of its log {step.errors}:\n"
            f"{last_lines(step.errors)}"
        )
    return printed
