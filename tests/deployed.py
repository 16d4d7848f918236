"""docker-compose.yml without containers: its commands as processes here, its variables, our ports.

The one thing taken from elsewhere is PostgreSQL's program (from the wheel) and S3 (moto's server).
"""

from __future__ import annotations

import os
import re
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import yaml

from config.embedded import paths, postgres, valkey
from config.embedded.account import MYSELF, Account, database_account
from config.embedded.children import Child
from tests.web import free_port
from tests.workers import ROOT, wait_until

HOST = "chat.example.com"
SECRETS = ("secret_key", "database_password", "redis_password")
VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}|\$\$")


@dataclass
class Deployment:
    folder: Path
    variables: dict[str, str]
    """What a person writes into .env."""
    ports: dict[str, int] = field(default_factory=dict)
    running: dict[str, Child] = field(default_factory=dict)

    def __post_init__(self) -> None:
        text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
        self.services = yaml.safe_load(VARIABLE.sub(self._filled_in, text))["services"]
        for name in ("web", "postgres", "pgbouncer", "valkey", "s3"):
            self.ports[name] = free_port()
        for name in ("secrets", "sockets", "data", "bin"):
            (self.folder / name).mkdir(mode=0o755)
        (self.folder / "bin" / "valkey-server").symlink_to(valkey.binary())
        for name in SECRETS:
            (self.folder / "secrets" / name).write_text(secrets.token_hex(24) + "\n")

    def _filled_in(self, found: re.Match[str]) -> str:
        if found[0] == "$$":
            return "$"
        value = self.variables.get(found[1], "")
        if not value and found[2] == "?":
            raise KeyError(f"{found[1]}: {found[3]}")
        return value or (found[3] or "" if found[2] == "-" else "")

    def here(self, text: str) -> str:
        """What the file says, at the places and ports it has on this machine."""
        ports = self.ports
        moved = {
            "--port=8000": f"--port={ports['web']}",
            "--port 6379": f"--bind 127.0.0.1 --port {ports['valkey']}",
            "postgres:5432": f"127.0.0.1:{ports['postgres']}",
            "pgbouncer:6432": f"127.0.0.1:{ports['pgbouncer']}",
            "valkey:6379": f"127.0.0.1:{ports['valkey']}",
            "0.0.0.0": "127.0.0.1",
            "/srv/kyrochat/models": self.variables["models"],
            "/srv/kyrochat/hashed": str(self.folder / "hashed"),
            "/run/secrets": str(self.folder / "secrets"),
            "/run/kyrochat": str(self.folder / "sockets"),
            "/tmp/valkey.conf": str(self.folder / "valkey.conf"),
        }
        for old, new in moved.items():
            text = text.replace(old, new)
        return re.sub(r"(?<![\w/])/data\b", str(self.folder / "data"), text)

    def environment(self, name: str) -> dict[str, str]:
        service = self.services[name]
        written = {key: self.here(str(value)) for key, value in service["environment"].items()}
        read = self.variables if "env_file" in service else {}
        bin_folders = f"{self.folder / 'bin'}:{Path(sys.executable).parent}:/usr/sbin:{os.defpath}"
        return {**read, **written, "PATH": bin_folders, **self._addresses(name)}

    def _addresses(self, name: str) -> dict[str, str]:
        """pgbouncer.sh takes host and port apart."""
        if name != "pgbouncer":
            return {}
        ports = self.ports
        return {
            "LISTEN_PORT": str(ports["pgbouncer"]),
            "POSTGRES_HOST": "127.0.0.1",
            "POSTGRES_PORT": str(ports["postgres"]),
        }

    def start(self, name: str, *, account: Account = MYSELF) -> Child:
        command = [self.here(part) for part in self.services[name]["command"]]
        return self._start(name, command, account=account)

    def _start(self, name: str, command: list[str], **options: object) -> Child:
        child = Child(
            name=name,
            command=command,
            env=self.environment(name),
            cwd=ROOT,
            log=self.folder / "log" / f"{name}.log",
            stop_seconds=30,
            **options,
        )
        child.start()
        self.running[name] = child
        return child

    def start_databases(self) -> None:
        data = self.folder / "pg-data"
        data.mkdir(mode=0o755)
        server = postgres.binary("postgres")
        account = database_account(data, postgres.cluster_dir(data), server)
        postgres.make_cluster(data, account, durable=False)
        password = paths.secrets(data)["superuser_password"]
        (self.folder / "secrets" / "postgres_password").write_text(password)
        own = ["-D", str(postgres.cluster_dir(data)), "-p", str(self.ports["postgres"])]
        for option in ("listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off"):
            own += ["-c", option]
        _, *options = self.services["postgres"]["command"]
        database = self._start(
            "postgres", [str(server), *options, *own], account=account, stop_signal=signal.SIGINT
        )
        assert wait_until(lambda: postgres.is_ready(data, database.process_id), 30)
        self.start("valkey")
        self.start("pgbouncer", account=account)

    def start_storage(self) -> None:
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1"]
        self._start("s3", [*command, "-p", str(self.ports["s3"])])
        assert wait_until(lambda: answers(f"http://127.0.0.1:{self.ports['s3']}/"), 30)

    def run(self, name: str, *command: str) -> str:
        """To its end: the service's own command, or another (`docker compose run`)."""
        words = list(command) or [self.here(part) for part in self.services[name]["command"]]
        done = subprocess.run(
            words, env=self.environment(name), cwd=ROOT, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def collect_static(self) -> None:
        """As the image's build does, before anything runs."""
        self.manage("collectstatic", "--no-input", "--verbosity", "0")

    def manage(self, *arguments: str) -> list[str]:
        return self.run("web", "python", "manage.py", *arguments).splitlines()

    def log(self, name: str) -> str:
        return (self.folder / "log" / f"{name}.log").read_text(encoding="utf-8")

    def client(self, **headers: str) -> httpx.Client:
        """A client as the proxy passes it on: the site's name, and that TLS ended there."""
        told = {"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}
        url = f"http://127.0.0.1:{self.ports['web']}"
        return httpx.Client(base_url=url, headers=told | headers, timeout=30)

    def stop(self, name: str) -> tuple[int, float]:
        """Asks with SIGTERM; returns the exit code and the seconds it took."""
        child, began = self.running.pop(name), time.monotonic()
        child.ask_to_stop()
        code = child.process.wait(child.stop_seconds)
        return code, time.monotonic() - began

    def stop_all(self) -> None:
        for name in reversed([*self.running]):
            child = self.running.pop(name)
            child.ask_to_stop()
            wait_until(lambda child=child: not child.is_alive, 10)
            child.kill_group()


def answers(url: str, get: Callable[..., httpx.Response] = httpx.get) -> bool:
    try:
        return get(url).status_code == 200
    except httpx.TransportError:
        return False
