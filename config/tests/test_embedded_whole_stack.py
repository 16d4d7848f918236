"""`make run` itself, without make: the real web, worker, beat and embedder."""

import http.client
import os
import signal
import subprocess
import sys
import time

import pytest

from config.embedded.paths import PROJECT
from config.tests.test_embedded_supervisor import Stack, free_port, soon

pytestmark = pytest.mark.slow
SECOND_START_SECONDS = 8
# On a machine that runs other tests beside this one.
PATIENCE = 4


def start(data, port):
    log = data.parent / f"output-{time.monotonic_ns()}"
    chosen = {"KYRO_DATA_DIR": str(data), "KYRO_PORT": str(port)}
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "config.embedded"],
            cwd=PROJECT,
            env=os.environ | chosen,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    stack = Stack(process, data, log, set())
    soon(lambda: "KyroChat is ready" in stack.output or process.poll() is not None, 120)
    assert process.poll() is None, stack.output
    stack.seen = stack.family()
    return stack


def status(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path)
    return connection.getresponse().status


def manage(data, *arguments):
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=PROJECT,
        env=os.environ | {"KYRO_DATA_DIR": str(data)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_two_starts_with_kills_in_between(tmp_path):
    data, port = tmp_path / "Kyro data", free_port()
    first = start(data, port)
    assert "E-mail " in first.output
    assert status(port, "/health/live") == 200
    manage(data, "create_user", "kept@example.com", "--password", "a long one", "--verified")

    (worker,) = first.named("celery")
    pool = worker.children(recursive=True)
    assert len(pool) >= 3  # two of the pool, one beat
    worker.kill()
    (web,) = first.named("uvicorn")
    web.kill()
    soon(lambda: first.named("celery") not in ([], [worker]))
    soon(lambda: not any(process.is_running() for process in pool), 10)
    soon(lambda: is_ready(port), 60)

    first.seen |= first.family()
    first.process.kill()
    soon(lambda: first.left() == [], 15)

    begun_at = time.monotonic()
    second = start(data, port)
    assert time.monotonic() - begun_at < SECOND_START_SECONDS * PATIENCE
    assert "E-mail " not in second.output
    assert "kept@example.com" in manage(data, "shell", "-v0", "-c", SHOW_PEOPLE)
    second.process.send_signal(signal.SIGINT)
    assert second.process.wait(60) == 0
    assert second.left() == []


SHOW_PEOPLE = """
from accounts.models import User
print([user.email for user in User.objects.all()])
"""


def is_ready(port):
    try:
        return status(port, "/health/ready") == 200
    except OSError:
        return False
