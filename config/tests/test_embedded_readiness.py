"""Which part keeps the site from being ready, asked over HTTP as a load balancer asks."""

import http.server
import json
import threading

import pytest

from config.embedded.readiness import parts_down


@pytest.fixture
def site():
    """A site whose next answer the test chooses."""

    class Site(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            status, body = server.answer
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def down(site, status, body):
    site.answer = (status, body)
    return parts_down("127.0.0.1", site.server_port)


def test_nothing_is_down_when_the_site_is_ready(site):
    assert down(site, 200, b"{}") == []


def test_the_parts_that_are_down_are_named(site):
    body = json.dumps({"status": "down", "parts": {"database": "ok", "workers": "down"}})
    assert down(site, 503, body.encode()) == ["workers"]


def test_an_error_page_names_the_web_server(site):
    assert down(site, 500, b"<h1>Oops</h1>") == ["the web server (it answers 500)"]


def test_a_site_that_does_not_answer_is_down(site):
    site.shutdown()
    site.server_close()
    assert parts_down("127.0.0.1", site.server_port) == ["the web server"]
