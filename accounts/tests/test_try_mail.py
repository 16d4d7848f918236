"""The trial of the mail server: it arrives, or a sentence says what is wrong."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator

import pytest
from django.core.management import CommandError, call_command

from accounts.models import KeptEmail
from tests.web import free_port


class Postbox(socketserver.StreamRequestHandler):
    """Just enough of a mail server."""

    def handle(self) -> None:
        self._say("220 here")
        for line in self.rfile:
            word = line.decode().strip()
            self.server.received.append(word)
            if word.upper() == "DATA":
                self._say("354 go on")
                while self.rfile.readline() not in (b".\r\n", b""):
                    pass
            elif word.upper().startswith("RCPT") and self.server.refuses:
                self._say("550 nobody here")
                continue
            elif word.upper() == "QUIT":
                return self._say("221 bye")
            self._say("250 fine")

    def _say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")


@pytest.fixture
def postbox(settings) -> Iterator[socketserver.ThreadingTCPServer]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Postbox) as server:
        server.daemon_threads, server.received, server.refuses = True, [], False
        threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
        use(settings, server.server_address[1])
        yield server
        server.shutdown()


def use(settings, port: int) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False


def test_a_message_arrives(postbox, capsys):
    call_command("try_mail", "ann@example.com")
    assert "rcpt TO:<ann@example.com>" in postbox.received
    port = postbox.server_address[1]
    assert capsys.readouterr().out == f"Sent to ann@example.com through 127.0.0.1:{port}.\n"


def test_a_refusal_is_quoted(postbox):
    postbox.refuses = True
    with pytest.raises(CommandError, match=r"refuses the message: .*nobody here"):
        call_command("try_mail", "ann@example.com")


def test_a_server_that_is_not_there_is_named(settings):
    port = free_port()
    use(settings, port)
    with pytest.raises(CommandError, match=rf"127\.0\.0\.1:{port} cannot be reached"):
        call_command("try_mail", "ann@example.com")


@pytest.mark.django_db
def test_without_a_server_it_goes_where_the_administrator_reads(settings, capsys):
    settings.EMAIL_BACKEND = "accounts.mail.KeptEmailBackend"
    call_command("try_mail", "ann@example.com")
    assert "Sent to ann@example.com to the console and Kept email." in capsys.readouterr().out
    assert KeptEmail.objects.get().to == "ann@example.com"
