"""Where the embedded stack keeps its files. Settings import this; nothing starts here."""

import fcntl
import hashlib
import json
import os
import re
import tempfile
from contextlib import suppress
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
POINTER = PROJECT / ".running"

# sun_path holds 108 bytes, libpq and Valkey keep some for themselves.
LONGEST_SOCKET_PATH = 100
POSTGRES_SOCKET = ".s.PGSQL.5432"
SECRETS = ("secret_key", "database_password", "superuser_password")


class DamagedSecrets(Exception):
    """`secrets.json` cannot be read as what was once written there."""


def data_dir() -> Path:
    """The folder of KYRO_DATA_DIR, else of the stack running in this checkout, else `.data`."""
    chosen = os.environ.get("KYRO_DATA_DIR")
    if chosen:
        return (PROJECT / Path(chosen).expanduser()).resolve()
    return running_data_dir() or PROJECT / ".data"


def running_data_dir() -> Path | None:
    """What the supervisor noted in `.running`, unless it has died since."""
    try:
        data = Path(POINTER.read_text(encoding="utf-8").strip())
    except OSError:
        return None
    return data if is_running(data) else None


def port(data: Path) -> int:
    """KYRO_PORT, else the port of the stack that runs on this folder, else 8000."""
    if chosen := os.environ.get("KYRO_PORT"):
        return int(chosen)
    noted = data / "port"
    return int(noted.read_text()) if noted.exists() and is_running(data) else 8000


def is_running(data: Path) -> bool:
    try:
        lock = os.open(lock_path(data), os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


def lock_path(data: Path) -> Path:
    return data / "lock"


def run_dir(data: Path) -> Path:
    """The folder of the sockets: inside the data folder where a socket's path may stand in a URL.

    Spaces, `?`, `%` or a comma mean something to libpq or to a broker URL, and length is limited.
    """
    inside = data / "run"
    longest = str(inside / POSTGRES_SOCKET)
    if len(longest) <= LONGEST_SOCKET_PATH and re.fullmatch(r"[A-Za-z0-9/._-]+", longest):
        return inside
    # /tmp, not TMPDIR: two shells of one person must find it; make_run_dir checks its owner.
    digest = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    return Path("/tmp") / f"kyro-{os.geteuid()}-{digest}"  # noqa: S108


def database_url(data: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": str(run_dir(data)),
        "PORT": "5432",
        "NAME": "kyro",
        "USER": "kyro",
        "PASSWORD": secrets(data)["database_password"],
    }


def valkey_socket(data: Path) -> Path:
    return run_dir(data) / "valkey.sock"


def embedder_socket(data: Path) -> Path:
    return run_dir(data) / "embedder.sock"


def models_dir(data: Path) -> Path:
    return data / "models"


def secrets(data: Path) -> dict[str, str]:
    """`secret_key`, `database_password`, `superuser_password`: made once, mode 0600.

    Raises DamagedSecrets when the file is not what was written: the passwords of a database
    that exists cannot be made up again.
    """
    path = data / "secrets.json"
    if not path.exists():
        _make_secrets(path)
    try:
        found: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
        return {name: found[name] for name in SECRETS}
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedSecrets(path) from error


def _make_secrets(path: Path) -> None:
    make_data_dir(path.parent)
    # mkstemp gives mode 0600; the link fails when another process was first: its file counts.
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".secrets-")
    try:
        with open(handle, "w", encoding="utf-8") as file:
            json.dump({name: token_urlsafe(48) for name in SECRETS}, file)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(draft)


def make_data_dir(data: Path) -> None:
    """As root the database runs as `nobody`, who must pass through (not read) the folder."""
    if data.exists():
        return
    with suppress(FileExistsError):  # another process was first
        data.mkdir(parents=True)
        data.chmod(0o711 if os.geteuid() == 0 else 0o700)
