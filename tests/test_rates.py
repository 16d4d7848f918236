"""Who asks too often is told to wait; without Valkey what costs money waits, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.conf import settings as site
from django.db import OperationalError, connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from redis import Redis

from accounts import keys, rates, valkey
from accounts.tenancy import scope
from chatbots.models import Chatbot
from config import errors
from conftest import api_of
from conversations.models import Conversation, Message

pytestmark = pytest.mark.django_db
ME, CHATBOTS = "/api/v1/me/", "/api/v1/chatbots/"
SENTENCE = "Too many requests within a minute. Wait a little, then go on."


@pytest.fixture(autouse=True)
def few(settings) -> None:
    """Three of each a minute."""
    settings.RATE_LIMITS = dict.fromkeys(site.RATE_LIMITS, 3)


@pytest.fixture
def no_valkey(settings, tmp_path) -> Iterator[None]:
    settings.RATES_URL = f"unix://{tmp_path}/nobody.sock"
    valkey.forget()
    yield
    valkey.forget()


def limits(response) -> tuple[str, str, str]:
    names = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Policy")
    return tuple(response[name] for name in names)


def test_every_answer_tells_what_is_left(api):
    policy = '"reads";q=3;w=60'
    first, second = api.get(ME), api.get(f"/api/v1/documents/{uuid4()}/")
    assert (limits(first), limits(second)) == (("3", "2", policy), ("3", "1", policy))
    assert 55 <= int(first["RateLimit-Reset"]) <= 60


def test_one_request_too_many_is_429_and_does_nothing(api, owner):
    for number in range(3):
        assert api.post(CHATBOTS, {"name": f"Bot {number}"}).status_code == 201
    response = api.post(CHATBOTS, {"name": "One more"})
    told = response.json()
    assert (response.status_code, told["code"], told["detail"]) == (429, "rate_limited", SENTENCE)
    assert response["Content-Type"] == "application/problem+json"
    assert response["Retry-After"] == str(told["retry_after"]) == response["RateLimit-Reset"]
    assert limits(response) == ("3", "0", '"writes";q=3;w=60')
    with scope(owner):
        assert Chatbot.objects.count() == 3


def test_after_the_minute_one_may_ask_again(api, owner):
    for _ in range(4):
        refused = api.get(ME)
    assert refused.status_code == 429
    Redis.from_url(site.RATES_URL).pexpire(f"rate:reads:person:{owner.pk}", 1)
    while Redis.from_url(site.RATES_URL).exists(f"rate:reads:person:{owner.pk}"):
        pass
    assert api.get(ME).status_code == 200


def test_what_asks_a_server_of_the_person_s_choice_is_counted_apart(api, owner):
    credentials, browser = "/api/v1/provider-credentials/", Client()
    browser.force_login(owner)
    one = f"{credentials}{uuid4()}/"
    seen = [api.post(credentials, {}), api.patch(one, {"label": ""}), api.post(f"{one}test/")]
    assert [response.status_code for response in seen] == [400, 404, 404]
    assert limits(seen[2]) == ("3", "0", '"outside";q=3;w=60')
    for path in ("", f"{uuid4()}/test/", f"{uuid4()}/replace/"):
        assert browser.post(f"/settings/providers/{path}").status_code == 429
    assert api.post(f"{one}test/").status_code == 429
    assert api.post(CHATBOTS, {}).status_code == 400
    assert api.get(credentials).status_code == 200


def test_reading_and_changing_are_counted_apart(api):
    for _ in range(4):
        api.post(CHATBOTS, {})
    assert api.get(ME).status_code == 200


def test_a_persons_keys_and_browsers_share_and_other_people_do_not(api, owner, outsiders_api):
    browser = Client()
    browser.force_login(owner)
    seen = [caller.get(ME).status_code for caller in (api, api_of(owner), browser, browser)]
    assert seen == [200, 200, 200, 429]
    assert outsiders_api.get(ME).status_code == 200


def test_strangers_and_wrong_keys_are_counted_by_address(api):
    address = {"REMOTE_ADDR": "192.0.2.1"}
    header = {"Authorization": "Bearer kyro_wrong"}
    caller = Client(**address)
    seen = [caller.get(ME, headers=header).status_code for _ in range(3)]
    assert [*seen, caller.get(ME).status_code] == [401, 401, 401, 429]
    assert Client(REMOTE_ADDR="192.0.2.2").get(ME).status_code == 401
    assert api.get(ME, **address).status_code == 200


@pytest.mark.parametrize("path", ["/wp-login.php", "/api/v1/nothing/"])
def test_addresses_that_lead_nowhere_are_counted_too(path):
    network = f"2001:db8:{uuid4().hex[:4]}::1"  # of its own
    caller = Client(REMOTE_ADDR=network)
    seen = [caller.get(path) for _ in range(4)]
    assert [response.status_code for response in seen] == [404, 404, 404, 429]
    assert limits(seen[3]) == ("3", "0", '"anonymous";q=3;w=60')
    assert caller.get(ME).status_code == 429


def test_what_a_view_does_not_find_is_counted_once(api):
    seen = [api.get(f"/api/v1/documents/{uuid4()}/").status_code for _ in range(4)]
    assert seen == [404, 404, 404, 429]


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("2001:db8::1", "2001:db8:0:0:ffff::2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("nonsense", "nonsense", True),
    ],
)
def test_of_ipv6_a_whole_line_is_one_stranger(one, other, is_same):
    networks = [
        rates._network(RequestFactory().get("/", REMOTE_ADDR=address)) for address in (one, other)
    ]
    assert (networks[0] == networks[1]) is is_same


def test_pages_share_the_count_and_refuse_with_a_sentence(api, client, owner):
    client.force_login(owner)
    for _ in range(3):
        assert client.get("/settings/").status_code == 200
    page = client.get("/settings/")
    assert (page.status_code, "<h1>" in page.content.decode()) == (429, True)
    assert int(page["Retry-After"]) > 0
    fragment = client.get("/settings/", headers={"HX-Request": "true"})
    assert (fragment.status_code, fragment.content.decode()) == (429, SENTENCE)
    assert api.get(ME).status_code == 429


def test_health_is_never_refused(client):
    assert {client.get("/health/live").status_code for _ in range(9)} == {200}


def test_without_valkey_reading_and_changing_go_on(api, no_valkey):
    seen = [api.get(ME) for _ in range(5)]
    assert [response.status_code for response in seen] == [200] * 5
    assert "RateLimit-Limit" not in seen[0].headers
    assert api.post(CHATBOTS, {"name": "Bot"}).status_code == 201


@pytest.fixture
def conversation(owner) -> Conversation:
    with scope(owner):
        chatbot = Chatbot.objects.create(owner=owner, name="Sky")
        return Conversation.objects.create(owner=owner, chatbot=chatbot, user=owner)


def test_without_valkey_no_answer_is_begun(api, owner, client, conversation, no_valkey):
    asked = api.post(f"/api/v1/conversations/{conversation.pk}/messages/", {"content": "Blue?"})
    told = asked.json()
    assert (asked.status_code, told["code"], asked["Retry-After"]) == (503, "unavailable", "5")
    client.force_login(owner)
    for headers in ({}, {"HX-Request": "true"}):
        page = client.post(f"/chat/{conversation.pk}/send/", {"content": "Blue?"}, headers=headers)
        assert page.status_code == 503
    with scope(owner):
        assert not Message.objects.exists()
    listed = api.get(f"/api/v1/conversations/{conversation.pk}/messages/")
    assert listed.status_code == 200


def test_while_valkey_is_away_nobody_waits_for_it_twice(api, no_valkey):
    api.get(ME)
    until = valkey._away_until
    api.get(ME)
    assert until == valkey._away_until > 0


def test_counting_makes_no_statement(owner, settings):
    with scope(owner):
        header = {"Authorization": f"Bearer {keys.issue(owner, 'counted')[1]}"}
    Client().get(ME, headers=header)  # notes the key's use, once a minute
    seen = []
    for middleware in (site.MIDDLEWARE, [m for m in site.MIDDLEWARE if "rate_limit" not in m]):
        settings.MIDDLEWARE = middleware
        with CaptureQueriesContext(connection) as statements:
            answer = Client().get(ME, headers=header)
        seen.append((len(statements), "RateLimit-Limit" in answer.headers))
    assert seen == [(seen[1][0], True), (seen[1][0], False)]


@pytest.mark.parametrize(
    ("path", "kind"),
    [(ME, "application/problem+json"), ("/chat/", "text/html; charset=utf-8")],
)
def test_a_database_without_a_free_connection_is_503_not_500(path, kind):
    try:
        raise OperationalError("couldn't get a connection after 10.00 sec")
    except OperationalError:
        response = errors.server_error(RequestFactory().get(path))
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert response["Content-Type"] == kind
