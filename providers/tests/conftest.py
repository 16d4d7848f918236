import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from providers.tests.wire_server import WireServer
from tests.provider_table import ROW


@pytest.fixture
def server():
    with WireServer() as server:
        threading.Thread(target=server.serve_forever, args=[0.005], daemon=True).start()
        yield server
        server.over.set()
        server.shutdown()


@pytest.fixture
def note(request):
    """Takes what was seen, as a row of the table at the end of the run."""
    return lambda row: request.node.user_properties.append((ROW, row))


@pytest.fixture(scope="session")
def models(tmp_path_factory):
    """The folder of the offline model's files; KYRO_TEST_MODELS keeps them between runs."""
    given = os.environ.get("KYRO_TEST_MODELS")
    return Path(given) if given else tmp_path_factory.mktemp("models")


@pytest.fixture(scope="session")
def embedder_socket(models, tmp_path_factory):
    """A running embedder process, started the way the supervisor does: it inherits the socket."""
    path = tmp_path_factory.mktemp("embedder") / "s"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        command = [sys.executable, "-m", "providers.local.server", "--die-with-parent"]
        process = subprocess.Popen(
            [*command, "--fd", str(listener.fileno()), "--models", str(models)],
            pass_fds=[listener.fileno()],
        )
    yield path
    process.terminate()
    process.wait(10)
