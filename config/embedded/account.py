"""The user PostgreSQL runs as. It refuses root, and root's own folders are closed to others."""

import os
import pwd
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .lifeline import before_exec
from .refusals import Refusal


@dataclass(frozen=True)
class Account:
    """`user` None keeps the caller's; a namespace of its own takes root's powers, not its files."""

    user: int | None = None
    group: int | None = None
    own_namespace: bool = False

    def popen_options(self, death_signal: int) -> dict[str, Any]:
        options: dict[str, Any] = {
            "preexec_fn": before_exec(death_signal, own_user_namespace=self.own_namespace),
            "start_new_session": True,
        }
        if self.user is not None:
            options |= {"user": self.user, "group": self.group, "extra_groups": []}
        return options

    def take(self, path: Path | int) -> None:
        """A folder, or an open descriptor: reading it through /dev/fd asks for ownership too."""
        if os.geteuid() == 0:
            os.chown(path, self.user or 0, self.group or 0)

    def take_all(self, folder: Path) -> None:
        if os.geteuid() != 0 or folder.stat().st_uid == (self.user or 0):
            return
        for parent, folders, files in os.walk(folder, topdown=False):
            for name in (*folders, *files):
                os.lchown(Path(parent, name), self.user or 0, self.group or 0)
        self.take(folder)


MYSELF = Account()


def database_account(data: Path, cluster: Path, binary: Path) -> Account:
    if os.geteuid() != 0:
        return MYSELF
    owner = _owner(cluster) or _nobody()
    for account in (owner, Account(own_namespace=True)):
        if account and _can_run(account, binary, data):
            return account
    raise Refusal(
        f"PostgreSQL does not run as root, and no other user can reach both {data} and "
        f"{binary.parent}. Start KyroChat as an ordinary user, or from a folder that everyone "
        "may enter, such as /srv."
    )


def _owner(cluster: Path) -> Account | None:
    try:
        found = cluster.stat()
    except FileNotFoundError:
        return None
    return Account(found.st_uid, found.st_gid) if found.st_uid else None


def _nobody() -> Account | None:
    try:
        found = pwd.getpwnam("nobody")
    except KeyError:
        return None
    return Account(found.pw_uid, found.pw_gid)


def _can_run(account: Account, binary: Path, data: Path) -> bool:
    """Tried, not guessed from modes: access lists, mounts and container rules count as well."""
    options = account.popen_options(signal.SIGKILL)
    become = options.pop("preexec_fn")

    def enter() -> None:
        become()
        os.chdir(data)

    try:
        trial = subprocess.run(
            [binary, "--version"], capture_output=True, timeout=20, preexec_fn=enter, **options
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return trial.returncode == 0
