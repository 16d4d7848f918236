"""A server on loopback that speaks the vendors' wire protocols and misbehaves on request."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from providers.tests.wire import gemini, openai

OPENAI_PATHS = {"/chat/completions": openai.answer, "/embeddings": openai.embeddings,
                "/rerank": openai.ranking, "/models": openai.models}  # fmt: skip
GEMINI_PATHS = {":streamGenerateContent": gemini.answer, ":batchEmbedContents": gemini.embeddings,
                "/models": gemini.models}  # fmt: skip


class WireServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests = []  # (path, key as the vendor's header carries it, body)
        self.headers = []
        self.connections = set()  # the readers' ends
        self.behaviours = []  # functions of the handler, one per request; then the normal one
        self.gone = threading.Event()  # a reader hung up
        self.over = threading.Event()  # the test is; hanging requests end

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def base_url(self):
        return f"{self.url}/v1"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self._behave({})

    def do_POST(self):
        self._behave(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def _behave(self, body):
        key = self.headers["Authorization"] or self.headers["x-goog-api-key"]
        self.server.requests.append((self.path, key, body))
        self.server.headers.append(self.headers)
        self.server.connections.add(self.client_address)
        self.body = body
        behave = self.server.behaviours.pop(0) if self.server.behaviours else normal
        try:
            behave(self)
        except (BrokenPipeError, ConnectionResetError):
            self.server.gone.set()
            self.close_connection = True

    def log_message(self, *_):
        pass

    def answer(self, status, content, headers=()):
        content = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        given = (("Content-Type", "application/json"), *headers, ("Content-Length", len(content)))
        for name, value in given:
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(content)

    def begin_stream(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def chunk(self, content):
        if not isinstance(content, bytes):
            content = b"data: %s\n\n" % json.dumps(content).encode()
        self.wfile.write(f"{len(content):x}\r\n".encode() + content + b"\r\n")
        self.wfile.flush()

    def end_stream(self):
        self.wfile.write(b"0\r\n\r\n")


def stream(*chunks, cut=False, then=None):
    """These chunks, bytes as they are; `cut` hangs up without an end, `then` goes on instead."""

    def behave(handler):
        handler.begin_stream()
        for chunk in chunks:
            handler.chunk(chunk)
        if then:
            then(handler)
        elif cut:
            handler.close_connection = True
        else:
            handler.end_stream()

    return behave


def refuse(status, content, **headers):
    named = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return lambda handler: handler.answer(status, content, named)


def without_end(chunk):
    def behave(handler):
        handler.begin_stream()
        while True:
            handler.chunk(chunk)
            time.sleep(0.01)

    return behave


def hang(handler):
    handler.server.over.wait(10)
    handler.close_connection = True


def hang_up(handler):
    handler.close_connection = True


def normal(handler):
    path = handler.path.partition("?")[0]
    ways = GEMINI_PATHS if handler.headers["x-goog-api-key"] else OPENAI_PATHS
    next(say for end, say in ways.items() if path.endswith(end))(handler)
