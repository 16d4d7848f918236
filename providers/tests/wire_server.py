"""A server on loopback that speaks the OpenAI wire protocol and misbehaves on request."""

import base64
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np


class WireServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests = []  # (path, authorization, body)
        self.behaviours = []  # functions of the handler, one per request; then the normal one
        self.gone = threading.Event()  # a reader hung up

    @property
    def base_url(self):
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append((self.path, self.headers["Authorization"], body))
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
        content = json.dumps(content).encode()
        self.send_response(status)
        for name, value in (*headers, ("Content-Length", len(content))):
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(content)

    def begin_stream(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def chunk(self, content, raw=False):
        line = content if raw else b"data: " + json.dumps(content).encode() + b"\n\n"
        self.wfile.write(f"{len(line):x}\r\n".encode() + line + b"\r\n")
        self.wfile.flush()

    def end_stream(self):
        self.chunk(b"data: [DONE]\n\n", raw=True)
        self.wfile.write(b"0\r\n\r\n")


def delta(text=None, reason=None):
    return {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": reason}]}


USAGE = {"choices": [], "usage": {"prompt_tokens": 11, "completion_tokens": 2, "total_tokens": 13}}


def stream(*chunks, cut=False):
    def behave(handler):
        handler.begin_stream()
        for chunk in chunks:
            handler.chunk(chunk)
        if cut:
            handler.close_connection = True
        else:
            handler.end_stream()

    return behave


def refuse(status, code=None, **headers):
    error = {"error": {"message": "no", "type": "error", "code": code}}
    named = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return lambda handler: handler.answer(status, error, named)


def endless(handler):
    handler.begin_stream()
    while True:
        handler.chunk(delta("more "))
        time.sleep(0.01)


def hang(handler):
    time.sleep(2)
    handler.close_connection = True


def normal(handler):
    if handler.path.endswith("/embeddings"):
        return embeddings(handler)
    return stream(delta("Hello"), delta(" you"), delta(None, "stop"), USAGE)(handler)


def embeddings(handler):
    texts = handler.body["input"]
    assert handler.body["encoding_format"] == "base64"
    rows = []
    for index, text in enumerate(texts):
        vector = np.zeros(handler.body["dimensions"], "<f4")
        vector[len(text)] = 2
        content = base64.b64encode(vector.tobytes()).decode()
        rows.append({"object": "embedding", "index": index, "embedding": content})
    usage = {"prompt_tokens": 1, "total_tokens": 1}
    handler.answer(200, {"object": "list", "data": rows[::-1], "model": "m", "usage": usage})
