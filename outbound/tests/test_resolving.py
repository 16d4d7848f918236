"""Names are asked for once, and every answer counts."""

import socket
import threading

import httpx2
import pytest

from outbound import permits
from outbound.errors import AddressRefused
from outbound.fetching import Fetcher, FetchError
from outbound.resolving import connectable
from outbound.tests.servers import page, site
from outbound.transport import Guard, client


class Answers:
    """A resolver that gives each answer once, then the last one again."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers, self.asked = list(answers), []

    def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append((host, port))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.mark.parametrize(
    "answers",
    [
        ["127.0.0.1"],
        ["::1"],
        ["10.0.0.1"],
        ["169.254.169.254"],
        ["fd00:ec2::254"],
        ["::ffff:127.0.0.1"],
        ["64:ff9b::7f00:1"],
        ["2002:7f00:1::"],
        ["8.8.8.8", "127.0.0.1"],
        ["127.0.0.1", "8.8.8.8"],
        ["2606:4700::1111", "8.8.8.8", "1.1.1.1", "9.9.9.9", "::1"],
    ],
)
def test_one_private_answer_refuses_the_name(inside, answers):
    asked = Answers(answers)
    with pytest.raises(FetchError) as refusal:
        Fetcher(Guard(resolve=asked)).fetch("http://127.0.0.1.nip.io/", max_bytes=100)
    assert (refusal.value.code, refusal.value.permanent) == ("address_refused", True)
    assert asked.asked == [("127.0.0.1.nip.io", 80)]
    assert [here.connections for here in inside] == [0] * len(inside)


def test_the_address_that_was_checked_is_the_one_connected_to():
    with site("127.0.0.1") as trap, site("127.0.0.2", trap.port) as here:
        permits.configure([f"127.0.0.2:{here.port}"])
        here.pages["/"] = page(b"checked")
        flipping = Answers(["127.0.0.2"], ["127.0.0.1"])
        fetched = Fetcher(Guard(resolve=flipping)).fetch(
            here.url("/", "rebind.example"), max_bytes=100
        )
    assert (fetched.content, len(flipping.asked), trap.connections) == (b"checked", 1, 0)


def test_a_flip_between_two_requests_is_caught():
    with site("127.0.0.1") as trap, site("127.0.0.2", trap.port) as here:
        permits.configure([f"127.0.0.2:{here.port}"])
        here.pages["/"] = page(b"checked", Connection="close")
        guard = Guard(resolve=Answers(["127.0.0.2"], ["127.0.0.1"]))
        with client(guard) as http:
            assert http.get(here.url("/", "rebind.example")).content == b"checked"
            with pytest.raises(AddressRefused):
                http.get(here.url("/", "rebind.example"))
    assert trap.connections == 0


def test_the_server_is_asked_by_its_name(outside):
    outside.pages["/"] = page()
    fetcher = Fetcher(Guard(resolve=Answers(["127.0.0.1"])))
    fetcher.fetch(outside.url("/", "pages.example"), max_bytes=100)
    assert outside.requests[0]["Host"] == f"pages.example:{outside.port}"


def test_the_next_address_is_tried_when_one_is_dead():
    with site("127.0.0.2") as here:
        permits.configure(["127.0.0.0/8"])
        here.pages["/"] = page(b"alive")
        guard = Guard(resolve=Answers(["127.0.0.9", "127.0.0.2"]))
        fetched = Fetcher(guard).fetch(here.url("/", "pages.example"), max_bytes=100)
    assert fetched.content == b"alive"


def test_a_network_the_operator_permits_is_reached_by_private_names_too():
    permits.configure(["10.0.0.0/8"])
    assert connectable("wiki.internal", 9200, resolve=Answers(["10.1.2.3"])) == ["10.1.2.3"]
    with pytest.raises(AddressRefused):
        connectable("wiki.internal", 9200, resolve=Answers(["192.168.0.1"]))
    with pytest.raises(AddressRefused):  # public, but not on the web's ports
        connectable("wiki.example", 9200, resolve=Answers(["8.8.8.8"]))


@pytest.mark.parametrize(
    ("problem", "permanent", "message"),
    [
        (
            socket.gaierror(socket.EAI_NONAME, "unknown"),
            True,
            "There is no server named a.example. Check the address.",
        ),
        (socket.gaierror(socket.EAI_AGAIN, "later"), False, "a.example cannot be reached."),
    ],
)
def test_a_name_that_leads_nowhere_is_said(problem, permanent, message):
    def resolve(host: str, port: int) -> list[str]:
        raise problem

    with pytest.raises(FetchError) as refusal:
        Fetcher(Guard(resolve=resolve)).fetch("http://a.example/", max_bytes=100)
    assert refusal.value.code == "fetch_unreachable"
    assert (refusal.value.permanent, str(refusal.value)) == (permanent, message)


def test_a_resolver_that_hangs_is_left_behind():
    over = threading.Event()

    def resolve(host: str, port: int) -> list[str]:
        over.wait(5)
        return ["8.8.8.8"]

    with pytest.raises(FetchError) as refusal:
        Fetcher(Guard(resolve=resolve), connect=0.1).fetch("http://a.example/", max_bytes=100)
    over.set()
    assert refusal.value.code == "fetch_timeout"


def test_nothing_of_the_environment_leads_elsewhere(outside, monkeypatch):
    with site() as proxy:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
            monkeypatch.setenv(name, proxy.url())
        outside.pages["/"] = page(b"direct")
        with client() as http:
            assert http.get(outside.url()).content == b"direct"
        assert Fetcher().fetch(outside.url(), max_bytes=100).content == b"direct"
    assert proxy.connections == 0


@pytest.mark.parametrize("option", ["transport", "mounts", "proxy", "trust_env", "verify"])
def test_no_option_leads_around_the_guard(option):
    with pytest.raises(TypeError, match=option):
        client(**{option: None})


def test_other_sockets_are_no_way_out():
    with client() as http, pytest.raises((httpx2.UnsupportedProtocol, AddressRefused)):
        http.get("unix:///var/run/docker.sock")
