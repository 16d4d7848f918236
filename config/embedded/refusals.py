"""Every reason for not starting, as a sentence a person can act on."""

import errno
import os
import shutil
import socket
import tempfile
from pathlib import Path

MEGABYTE = 1024 * 1024
FIRST_START_BYTES = 300 * MEGABYTE
LATER_START_BYTES = 30 * MEGABYTE
POSTGRES_MAJOR = "18"


class Refusal(Exception):
    """Shown without a traceback; `make run` ends with exit code 1."""


def refuse_taken_port(host: str, port: int) -> None:
    if not 0 < port < 65536:
        raise Refusal(f"KYRO_PORT must be a number from 1 to 65535, not {port}.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError as error:
            raise Refusal(
                f"Port {port} is reserved for root. Choose one above 1023: KYRO_PORT=8000 make run"
            ) from error
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise Refusal(
                    f"Cannot listen on {host}: {error.strerror}. Check KYRO_HOST."
                ) from error
            raise Refusal(
                f"Port {port} is already in use. Stop the program that uses it, or choose another: "
                f"KYRO_PORT={port + 1 if port < 65535 else 8000} make run"
            ) from error


def refuse_unwritable(data: Path) -> None:
    try:
        with tempfile.TemporaryFile(dir=data):
            pass
    except OSError as error:
        raise unusable_data_dir(data, error) from error


def unusable_data_dir(data: Path, error: OSError) -> Refusal:
    if error.errno == errno.ENOSPC:
        return full_disk(data)
    return Refusal(
        f"The data folder {data} cannot be used: {error.strerror or error}. "
        "Give yourself write permission, or choose another: KYRO_DATA_DIR=/some/folder make run"
    )


def damaged_secrets(data: Path) -> Refusal:
    return Refusal(
        f"The file {data / 'secrets.json'} is damaged, and with it the database's password. "
        "Restore it from a backup, or choose another folder: KYRO_DATA_DIR=/some/folder make run"
    )


def refuse_full_disk(data: Path, *, first_start: bool) -> None:
    needed = FIRST_START_BYTES if first_start else LATER_START_BYTES
    if shutil.disk_usage(data).free < needed:
        raise full_disk(data, needed)


def full_disk(data: Path, needed: int = FIRST_START_BYTES) -> Refusal:
    free = shutil.disk_usage(data).free // MEGABYTE
    return Refusal(
        f"The disk is full: {data} has {free} MB left and KyroChat needs {needed // MEGABYTE} MB "
        "to start. Free some space and try again."
    )


def refuse_unsuitable_cluster(cluster: Path) -> None:
    """A folder that initdb did not finish, or that another PostgreSQL made, is never touched."""
    if (cluster.parent / "PG_VERSION").exists():
        raise Refusal(
            f"{cluster.parent} is itself the folder of a PostgreSQL server. Choose another: "
            "KYRO_DATA_DIR=/some/folder make run"
        )
    if not cluster.exists() or not any(cluster.iterdir()):
        return
    version = cluster / "PG_VERSION"
    if not version.exists() or not (cluster / "global" / "pg_control").exists():
        raise Refusal(
            f"The database folder {cluster} is only half made. Restore it from a backup, or move "
            "it away and run `make run` again to begin with an empty one."
        )
    major = version.read_text(encoding="ascii", errors="replace").strip()
    if major != POSTGRES_MAJOR:
        raise Refusal(
            f"The database folder {cluster} was made by PostgreSQL {major}, and this is PostgreSQL "
            f"{POSTGRES_MAJOR}. Dump it with version {major} and restore it here, or move it away."
        )


def failed_service(name: str, log: Path, data: Path) -> Refusal:
    """A sentence for a database that ended before it was ready, from what it logged."""
    if means_full_disk(last_lines(log, 30)):
        return full_disk(data)
    words = last_lines(log)
    if "Permission denied" in words or "has wrong ownership" in words:
        return Refusal(
            f"{name} may not use its files under {data}. They probably belong to another user: "
            "start as that user, or choose another folder with KYRO_DATA_DIR."
        )
    return Refusal(f"{name} did not start. The end of its log {log}:\n{words}")


def means_full_disk(words: str) -> bool:
    """PostgreSQL's hint stands beside a short write, which has no errno of its own."""
    return "No space left on device" in words or "Check free disk space" in words


def last_lines(log: Path, count: int = 5) -> str:
    try:
        with log.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - 8000))
            lines = file.read().decode("utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return "\n".join(lines[-count:])
