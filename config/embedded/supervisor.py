"""`make run`: databases, then web and worker, kept running until Ctrl-C; nothing outlives it."""

import contextlib
import fcntl
import os
import selectors
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from .children import Child, stop
from .keeper import Keeper
from .output import Output
from .paths import POINTER, embedder_socket, lock_path, running_data_dir
from .programs import Programs
from .readiness import parts_down
from .reaper import Reaper
from .refusals import Refusal, refuse_taken_port
from .schema import bring_up_to_date
from .stack import Services, check_data_dir, start_services
from .stop_signals import STOP_SIGNALS, Stopped, obey

READY_SECONDS = 60
# A web server that ends this often before it was ever ready will not get ready.
HOPELESS_ENDS = 3


def run(programs: Programs) -> None:
    started_at = time.monotonic()
    data = programs.data
    with contextlib.ExitStack() as stack:
        check_data_dir(data)
        stack.enter_context(only_supervisor(data))
        refuse_taken_port(programs.host, programs.port)
        supervisor = Supervisor(programs)
        supervisor.output.show("kyro", f"Starting, data in {data}\n")
        services = stack.enter_context(start_services(data))
        stack.callback(supervisor.stop_programs)
        login = bring_up_to_date(services, programs)
        supervisor.start_programs(services)
        supervisor.wait_until_ready()
        stack.enter_context(pointer(data, programs.port))
        announce(programs, login, time.monotonic() - started_at)
        supervisor.build_model()
        supervisor.keep_running()


class Supervisor:
    """One thread throughout: children end with the thread that forked them."""

    def __init__(self, programs: Programs) -> None:
        self.programs = programs
        self.output = Output(programs.data)
        self.reaper = Reaper()
        self.keepers: list[Keeper] = []
        self.started: list[Child] = []

    def start_programs(self, services: Services) -> None:
        databases = (services.postgres, services.valkey)
        apps = (self.programs.web(), self.programs.worker())
        self.keepers = [Keeper(child, self.output) for child in databases]
        self.keepers += [Keeper(child, self.output, self.welcome) for child in apps]
        for keeper in self.keepers[len(databases) :]:
            keeper.start()
        self.listen_for_embedder()

    def welcome(self, child: Child) -> None:
        if child not in self.started:
            self.started.append(child)
        self.reaper.note(child)
        self.output.follow(child)

    def listen_for_embedder(self) -> None:
        """The model takes a few hundred megabytes, so it is loaded on the first connection."""
        listener = socket.socket(socket.AF_UNIX)
        path = embedder_socket(self.programs.data)
        path.unlink(missing_ok=True)
        listener.bind(str(path))
        path.chmod(0o600)
        listener.listen(128)
        keeper = Keeper(self.programs.embedder(listener.fileno()), self.output, self.welcome)
        selector = self.output.selector

        def begin() -> None:
            selector.register(listener, selectors.EVENT_READ, start)

        def start() -> None:
            selector.unregister(listener)
            keeper.start()

        keeper.begin = begin
        begin()
        self.keepers.append(keeper)

    def build_model(self) -> None:
        builder = self.programs.model_builder()
        builder.start()
        self.welcome(builder)

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while down := parts_down(self.programs.host, self.programs.port):
            hopeless = any(keeper.ends >= HOPELESS_ENDS for keeper in self.keepers)
            if hopeless or time.monotonic() > deadline:
                raise Refusal(
                    f"Not ready: {', '.join(down)}. The reason is in the lines above and in "
                    f"{self.output.folder}."
                )
            self.look_after(0.1)

    def keep_running(self) -> None:
        while True:
            self.look_after(0.25)

    def look_after(self, seconds: float) -> None:
        self.output.wait(seconds)
        obey()
        for keeper in self.keepers:
            keeper.look()
        if self.output.has_lost_terminal():
            raise Stopped

    def stop_programs(self) -> None:
        for number in STOP_SIGNALS:
            signal.signal(number, self.hurry)
        stop(self.started, self.output.wait)
        self.reaper.dismiss()

    def hurry(self, number: int, frame: FrameType | None) -> None:
        """A second Ctrl-C: what still runs is built to be killed, the databases are not."""
        for child in self.started:
            if child.process_id:
                with contextlib.suppress(OSError):
                    os.killpg(child.process_id, signal.SIGKILL)


@contextlib.contextmanager
def only_supervisor(data: Path) -> Iterator[None]:
    lock = os.open(lock_path(data), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock_soon(lock, data)
        yield
    finally:
        os.close(lock)


def _lock_soon(lock: int, data: Path) -> None:
    """A command that asks whether the stack runs holds the lock for an instant: try twice."""
    for pause in (0.1, 0):
        with contextlib.suppress(BlockingIOError):
            return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        time.sleep(pause)
    raise Refusal(
        f"KyroChat is already running with the data folder {data}. Stop that one (Ctrl-C), or "
        "choose another folder and port: KYRO_DATA_DIR=.data2 KYRO_PORT=8001 make run"
    )


@contextlib.contextmanager
def pointer(data: Path, port: int) -> Iterator[None]:
    """Lets `manage.py` in this checkout find the running stack without variables."""
    (data / "port").write_text(f"{port}\n", encoding="utf-8")
    with contextlib.suppress(OSError):  # a checkout of someone else's: variables still work
        if running_data_dir() is None:  # the first stack of this checkout keeps it
            POINTER.write_text(f"{data}\n", encoding="utf-8")
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            if POINTER.read_text(encoding="utf-8").strip() == str(data):
                POINTER.unlink()


def announce(programs: Programs, login: str, seconds: float) -> None:
    lines = [
        f"KyroChat is ready after {seconds:.1f} s. Ctrl-C stops it.",
        "",
        f"  Address   http://localhost:{programs.port}",
        f"  Data      {programs.data}",
    ]
    if login:
        email, password = login.split()
        lines += [f"  E-mail    {email}", f"  Password  {password}   (shown only this once)"]
    with contextlib.suppress(OSError):
        print("\n" + "\n".join(lines) + "\n", flush=True)
