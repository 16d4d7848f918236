"""What every benchmark starts and stops: a stub of the model provider, and a whole KyroChat."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import cpu
from config.embedded.lifeline import before_exec
from config.embedded.paths import PROJECT, models_dir
from providers.local.build import FOLDER

EMAIL = "benchmark@example.com"
READY_SECONDS = 180
STOP_SECONDS = 60


@dataclass
class Stub:
    """The stand-in for OpenAI, which also counts what it was asked."""

    url: str
    process_id: int

    def stats(self) -> dict[str, Any]:
        return _get(f"{self.url}/stats")

    def forget_stats(self) -> None:
        _get(f"{self.url}/stats/reset")


@dataclass
class Stack:
    url: str
    data: Path
    process_id: int
    environment: dict[str, str]
    key: str = ""

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}", "Accept": "application/json"}

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        printed = subprocess.check_output(
            command, cwd=PROJECT, env=self.environment, stderr=subprocess.DEVNULL, text=True
        )
        return printed.strip()

    def cpu(self) -> cpu.Counter[str]:
        return cpu.seconds(self.process_id)


def add_arguments(parser: argparse.ArgumentParser, *, needs_stub: bool) -> None:
    parser.add_argument("--stub", type=Path, required=needs_stub, help="stub_models.py")
    parser.add_argument(
        "--stub-python", default=sys.executable, help="a Python that has what the stub imports"
    )


@contextlib.contextmanager
def start_stub(script: Path, python: str, **options: float) -> Iterator[Stub]:
    """`options` are the script's own: ttft_ms, tps, tokens."""
    url, port = free_address()
    command = [python, str(script), "--port", str(port)]
    for name, value in options.items():
        command += [f"--{name.replace('_', '-')}", str(value)]
    process = subprocess.Popen(command, preexec_fn=before_exec(signal.SIGKILL))
    try:
        wait_for(f"{url}/health", process)
        yield Stub(url, process.pid)
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def start_stack(**settings: str) -> Iterator[Stack]:
    """KyroChat as `make run` starts it, new and empty, with a person on the largest plan."""
    with tempfile.TemporaryDirectory(prefix="kyro-benchmark-") as folder:
        Path(folder).chmod(0o755)  # the database account must be able to pass through
        url, port = free_address()
        data = Path(folder) / "data"
        given = {"KYRO_DATA_DIR": str(data), "KYRO_PORT": str(port), "KYRO_LOG_LEVEL": "WARNING"}
        environment = _without_settings() | given | settings
        with _supervisor(Path(folder) / "output", environment) as process:
            wait_for(f"{url}/health/ready", process)
            stack = Stack(url, data, process.pid, environment)
            _wait_for_model(stack)
            stack.key = add_person(stack, EMAIL)
            yield stack


@contextlib.contextmanager
def _supervisor(output: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    with output.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "config.embedded", "--with-parent"],
            cwd=PROJECT,
            env=environment,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process
    except BaseException:
        print(output.read_text()[-4000:], file=sys.stderr)
        raise
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)


def openai_settings(stub: Stub, *, embedder: str = "openai/stub-embed") -> dict[str, str]:
    return {
        "OPENAI_BASE_URL": f"{stub.url}/v1",
        "OPENAI_API_KEY": "stub",
        "KYRO_CHAT_MODEL": "openai/stub-chat",
        "KYRO_EMBEDDING_MODEL": embedder,
    }


def add_person(stack: Stack, email: str) -> str:
    """On the largest plan; returns a key."""
    stack.manage("create_user", email, "--password", "a benchmark's password", "--verified")
    stack.manage("set_plan", email, "enterprise")
    return stack.manage("create_api_key", email, "--name", "benchmark")


def _wait_for_model(stack: Stack) -> None:
    """The first start builds the offline model in the background, which takes a core."""
    model = models_dir(stack.data) / FOLDER
    while not model.is_dir() or "model builder" in cpu.tree(stack.process_id).values():
        time.sleep(0.5)


def _without_settings() -> dict[str, str]:
    ours = ("KYRO_", "OPENAI_", "DATABASE_URL", "REDIS_URL")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def free_address() -> tuple[str, int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return f"http://127.0.0.1:{port}", port


def _get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.loads(answer.read())


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            _get(url)
            return
        time.sleep(0.1)
    raise SystemExit(f"{url} did not become ready.")
