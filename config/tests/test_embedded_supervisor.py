"""Starting, keeping and ending: real databases, stand-ins for the programs (see stand_in.py)."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from config.embedded.paths import PROJECT, embedder_socket, is_running

SECONDS = 30


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def shown(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@dataclass
class Stack:
    process: subprocess.Popen
    data: Path
    log: Path
    seen: set[psutil.Process]

    @property
    def output(self) -> str:
        return self.log.read_text()

    def named(self, words: str) -> list[psutil.Process]:
        children = psutil.Process(self.process.pid).children()
        return [child for child in children if is_alive(child) and words in shown(child)]

    def family(self) -> set[psutil.Process]:
        return set(psutil.Process(self.process.pid).children(recursive=True))

    def left(self) -> list[str]:
        return [shown(process) for process in self.seen if is_alive(process)]


def soon(condition, seconds=SECONDS):
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < deadline, "not within the time"
        time.sleep(0.05)
    return result


def launch(data: Path, port: int | None = None) -> Stack:
    log = data.parent / f"output-{time.monotonic_ns()}"
    command = [sys.executable, "-m", "config.tests.stand_in", str(data), str(port or free_port())]
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=PROJECT, stdout=output, stderr=output, start_new_session=True
        )
    return Stack(process, data, log, set())


def launch_ready(data: Path) -> Stack:
    stack = launch(data)
    soon(lambda: "KyroChat is ready" in stack.output or stack.process.poll() is not None)
    assert "KyroChat is ready" in stack.output, stack.output
    soon(lambda: len([p for p in stack.family() if p.name() == "sleep"]) == 1)
    stack.seen = stack.family()
    return stack


@pytest.fixture
def stack(tmp_path):
    stack = launch_ready(tmp_path / "data")
    yield stack
    if stack.process.poll() is None:
        stack.process.terminate()
        stack.process.wait(SECONDS)


def ask_embedder(data: Path) -> int:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(SECONDS)
        connection.connect(str(embedder_socket(data)))
        return int(connection.recv(20))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_ordinary_end_leaves_no_process_and_no_lock(stack, number):
    stack.process.send_signal(number)
    assert stack.process.wait(SECONDS) == 0
    assert stack.left() == []
    assert not is_running(stack.data)
    assert "database system is shut down" in (stack.data / "log" / "postgres.log").read_text()


def test_a_killed_supervisor_leaves_no_process(stack):
    ask_embedder(stack.data)
    stack.seen = stack.family()
    assert {"postgres", "valkey-server", "sleep"} <= {process.name() for process in stack.seen}
    stack.process.kill()
    soon(lambda: stack.left() == [], 10)
    assert "database system is shut down" in (stack.data / "log" / "postgres.log").read_text()


def test_a_start_right_after_a_kill_waits_for_the_old_databases(stack):
    stack.process.kill()
    stack.process.wait()
    again = launch_ready(stack.data)
    again.process.terminate()
    assert again.process.wait(SECONDS) == 0
    assert stack.left() == again.left() == []


@pytest.mark.parametrize("words", ["valkey-server", "bin/postgres", "HTTPServer", "Popen"])
def test_what_is_killed_is_started_again(stack, words):
    (victim,) = stack.named(words)
    its_own = victim.children(recursive=True)
    victim.kill()
    soon(lambda: "ended (SIGKILL) and is started again" in stack.output)
    soon(lambda: not any(map(is_alive, its_own)), 10)
    assert soon(lambda: stack.named(words), 10) != [victim]


def test_the_embedder_starts_with_the_first_connection_and_again_after_a_kill(stack):
    assert embedder_socket(stack.data).stat().st_mode & 0o777 == 0o600
    assert stack.named("listener.accept()") == []
    first = ask_embedder(stack.data)
    assert ask_embedder(stack.data) == first
    os.kill(first, signal.SIGKILL)
    assert ask_embedder(stack.data) != first


def test_the_first_login_is_shown_on_the_first_start_alone(tmp_path):
    first = launch_ready(tmp_path / "data")
    first.process.terminate()
    first.process.wait(SECONDS)
    second = launch_ready(tmp_path / "data")
    second.process.terminate()
    second.process.wait(SECONDS)
    assert re.search(r"E-mail +admin@localhost\n +Password +first-password ", first.output)
    assert "first-password" not in second.output


def test_a_second_supervisor_on_the_folder_is_refused(stack):
    other = launch(stack.data)
    assert other.process.wait(SECONDS) == 1
    assert "already running with the data folder" in other.output
    assert "Traceback" not in other.output
    assert stack.process.poll() is None


def test_a_taken_port_is_refused_before_anything_starts(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        stack = launch(tmp_path / "data", taken.getsockname()[1])
        assert stack.process.wait(SECONDS) == 1
    assert "is already in use" in stack.output
    assert "Traceback" not in stack.output
    assert not (tmp_path / "data" / "pg").exists()


def test_ctrl_c_in_mid_start_leaves_nothing(tmp_path):
    for delay in (0.3, 0.5, 0.7, 0.9):
        stack = launch(tmp_path / "data")
        time.sleep(delay)
        stack.seen = stack.family() if stack.process.poll() is None else set()
        stack.process.send_signal(signal.SIGINT)
        stack.process.wait(SECONDS)
        assert "Traceback" not in stack.output
        soon(lambda stack=stack: stack.left() == [], 10)
    again = launch_ready(tmp_path / "data")
    again.process.terminate()
    assert again.process.wait(SECONDS) == 0
