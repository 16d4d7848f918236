"""Starting, keeping and ending: real databases, stand-ins for the programs (see stand_in.py)."""

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

from config.embedded.paths import PROJECT, embedder_socket, is_running, run_dir

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


def launch(data: Path, port: int | None = None, *options: str) -> Stack:
    log = data.parent / f"output-{time.monotonic_ns()}"
    chosen = [str(data), str(port or free_port()), *options]
    command = [sys.executable, "-m", "config.tests.stand_in", *chosen]
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
    """One that the test ends."""
    stack = launch_ready(tmp_path / "data")
    yield stack
    stack.process.terminate()
    stack.process.wait(SECONDS)


@pytest.fixture(scope="module")
def lasting(tmp_path_factory):
    """One that stays up, whatever the tests kill in it."""
    stack = launch_ready(tmp_path_factory.mktemp("lasting") / "data")
    yield stack
    stack.process.terminate()
    assert stack.process.wait(SECONDS) == 0


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


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("valkey", "valkey-server"),
        ("postgres", "bin/postgres"),
        ("web", "HTTPServer"),
        ("worker", "Popen"),
    ],
)
def test_what_is_killed_is_started_again(lasting, name, words):
    (victim,) = lasting.named(words)
    its_own = victim.children(recursive=True)
    victim.kill()
    soon(lambda: f"{name} ended (SIGKILL) and is started again" in lasting.output)
    soon(lambda: not any(map(is_alive, its_own)), 10)
    assert soon(lambda: lasting.named(words), 10) != [victim]


def test_the_embedder_starts_with_the_first_connection_and_again_after_a_kill(lasting):
    assert embedder_socket(lasting.data).stat().st_mode & 0o777 == 0o600
    assert lasting.named("listener.accept()") == []
    first = ask_embedder(lasting.data)
    assert ask_embedder(lasting.data) == first
    process = psutil.Process(first)
    process.kill()
    soon(lambda: not is_alive(process))
    assert ask_embedder(lasting.data) != first


def test_a_second_supervisor_on_the_folder_is_refused(lasting):
    other = launch(lasting.data)
    assert other.process.wait(SECONDS) == 1
    assert "already running with the data folder" in other.output
    assert "Traceback" not in other.output
    assert lasting.process.poll() is None


def test_the_first_login_is_shown_on_the_first_start_alone(tmp_path):
    first = launch_ready(tmp_path / "data")
    first.process.terminate()
    first.process.wait(SECONDS)
    second = launch_ready(tmp_path / "data")
    second.process.terminate()
    second.process.wait(SECONDS)
    assert re.search(r"E-mail +admin@localhost\n +Password +first-password ", first.output)
    assert "first-password" not in second.output


def test_a_taken_port_is_refused_before_anything_starts(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        stack = launch(tmp_path / "data", taken.getsockname()[1])
        assert stack.process.wait(SECONDS) == 1
    assert "is already in use" in stack.output
    assert "Traceback" not in stack.output
    assert not (tmp_path / "data" / "pg").exists()


def test_ctrl_c_in_mid_start_leaves_nothing(tmp_path):
    for delay in (0.0, 0.3, 0.6):
        stack = launch(tmp_path / "data")
        soon(lambda stack=stack: "Starting" in stack.output)
        time.sleep(delay)
        stack.seen = stack.family() if stack.process.poll() is None else set()
        stack.process.send_signal(signal.SIGINT)
        stack.process.wait(SECONDS)
        assert "Traceback" not in stack.output
        soon(lambda stack=stack: stack.left() == [], 10)
    again = launch_ready(tmp_path / "data")
    again.process.terminate()
    assert again.process.wait(SECONDS) == 0


def test_ctrl_c_while_a_child_is_looked_at_leaves_it_stoppable():
    command = [sys.executable, "-m", "config.tests.interrupted"]
    assert (
        subprocess.run(command, cwd=PROJECT, stdout=subprocess.DEVNULL, timeout=60).returncode == 0
    )


def test_a_web_server_that_never_gets_ready_is_named_and_everything_stops(tmp_path):
    stack = launch(tmp_path / "data", None, "--broken-web")
    soon(lambda: "web ended (exit code 3)" in stack.output)
    stack.seen = stack.family()
    assert stack.process.wait(SECONDS) == 1
    assert "Not ready: the web server. The reason is in the lines above" in stack.output
    assert "Traceback" not in stack.output
    assert stack.left() == []


def test_the_short_folder_of_the_sockets_goes_with_the_stack(tmp_path):
    stack = launch_ready(tmp_path / "Kyro Chat")
    folder = run_dir(stack.data)
    assert folder.parent == Path("/tmp")
    assert folder.exists()
    stack.process.terminate()
    assert stack.process.wait(SECONDS) == 0
    assert not folder.exists()
