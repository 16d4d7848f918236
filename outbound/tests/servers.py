"""Real servers on loopback that count who comes: a refusal is proven by nobody having come."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer

from outbound import permits

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Site:
    """`pages` maps a path to what is answered; `requests` are the headers of what was asked."""

    server: ThreadingHTTPServer
    scheme: str
    connections: int = 0
    pages: dict[str, Answer] = field(default_factory=dict)
    requests: list[Message] = field(default_factory=list)

    @property
    def port(self) -> int:
        return int(self.server.server_address[1])

    @property
    def place(self) -> str:
        """As an operator would permit it."""
        host = str(self.server.server_address[0])
        return f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"

    def url(self, path: str = "/", host: str = "") -> str:
        where = f"{host}:{self.port}" if host else self.place
        return f"{self.scheme}://{where}{path}"


def page(content: bytes = b"The sky is blue.", status: int = 200, **headers: str) -> Answer:
    """Header names are given with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return _answer(status, {"Content-Type": "text/plain", **named}, content)


def redirect(target: str, status: int = 302) -> Answer:
    return _answer(status, {"Location": target}, b"")


def _answer(status: int, headers: Mapping[str, str], content: bytes) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(content)

    return answer


@contextmanager
def site(
    host: str = "127.0.0.1", port: int = 0, *, tls: ssl.SSLContext | None = None
) -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            here.requests.append(self.headers)
            here.pages.get(self.path, here.pages.get("*", page(b"Nothing.", 404)))(self)

        do_POST = do_GET

        def log_message(self, *_args: object) -> None:
            """Silent."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        address_family = socket.AF_INET6 if ":" in host else socket.AF_INET

        def server_bind(self) -> None:
            """Without HTTPServer's question what the address is called: it goes to the network's
            resolver, and one lost packet is five seconds."""
            TCPServer.server_bind(self)

        def process_request(self, request: socket.socket, client_address: object) -> None:
            here.connections += 1
            super().process_request(request, client_address)

        def handle_error(self, *_args: object) -> None:
            """A client that goes away is what some tests are about."""

        def finish_request(self, request: socket.socket, client_address: object) -> None:
            if tls:
                request = tls.wrap_socket(request, server_side=True)
            super().finish_request(request, client_address)

    server = Server((host, port), Handler)
    here = Site(server, "https" if tls else "http")
    thread = threading.Thread(target=server.serve_forever, args=[0.005], daemon=True)
    thread.start()
    try:
        yield here
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def outside_site() -> Iterator[Site]:
    """A site that stands for the public internet: the operator permits its place alone."""
    before = permits.current()
    with site() as here:
        permits.configure([here.place])
        yield here
    permits._current = before


@contextmanager
def inner_sites() -> Iterator[list[Site]]:
    """What must not be reached: loopback in both versions, on the web's ports where we may."""
    with ExitStack() as stack:
        sites = []
        for host, port in [
            (host, port) for host in ("127.0.0.1", "127.0.0.2", "::1") for port in (0, 80, 443)
        ]:
            try:
                sites.append(stack.enter_context(site(host, port)))
            except OSError:  # not root, taken, or no IPv6 here
                continue
        yield sites
