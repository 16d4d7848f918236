"""The supervisor with real databases and stand-ins for web, worker and embedder: up in a second.

python -m config.tests.stand_in DATA PORT
"""

import sys
from dataclasses import dataclass
from pathlib import Path

from config.embedded.__main__ import main
from config.embedded.children import Child
from config.embedded.programs import Programs

WEB = """
import http.server, sys
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Ready).serve_forever()
"""
# A worker's pool: a grandchild of the supervisor that nobody told to end with it.
WORKER = """
import subprocess, time
subprocess.Popen(["sleep", "1000"])
time.sleep(1000)
"""
EMBEDDER = """
import os, socket, sys
listener = socket.socket(fileno=int(sys.argv[1]))
while True:
    connection, _ = listener.accept()
    connection.sendall(str(os.getpid()).encode())
    connection.close()
"""


@dataclass(frozen=True)
class StandIns(Programs):
    def web(self) -> Child:
        broken = "--broken-web" in sys.argv
        return self._child("web", "-c", "raise SystemExit(3)" if broken else WEB, str(self.port))

    def worker(self) -> Child:
        return self._child("worker", "-c", WORKER)

    def embedder(self, listener: int) -> Child:
        return self._child("embedder", "-c", EMBEDDER, str(listener), inherited=(listener,))

    def model_builder(self) -> Child:
        return self._child("models", "-c", "")

    def manage(self, *arguments: str) -> Child:
        return self._child(arguments[0], "-c", "print('admin@localhost first-password')")


if __name__ == "__main__":
    data, port = Path(sys.argv[1]), int(sys.argv[2])
    sys.exit(main(StandIns(data, "127.0.0.1", port)))
