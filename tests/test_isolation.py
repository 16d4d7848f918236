"""No URL shows or changes another person's rows: every URL × method × kind of caller.

The owner opens each door last, with the same URL and body: the door was live when the others
were turned away from it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.keys import SCOPES
from accounts.tenancy import system
from billing.models import Plan
from tests.isolation.api_doors import API_DOORS
from tests.isolation.doors import Door, code_of
from tests.isolation.page_doors import ENTRANCE, OPEN, OPEN_STAFF, PAGE_DOORS
from tests.isolation.paying import put_on_sale, take_off_sale
from tests.isolation.world import APPS, World, make_world, snapshot
from tests.sharing import share

DOORS = [*API_DOORS, *PAGE_DOORS]
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
pytestmark = [
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume"),
    pytest.mark.usefixtures("own_server", "selling"),
]


@pytest.fixture(scope="module", autouse=True)
def committed_rows(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """One database for the module: its tests bring their own people instead of a rollback. Some
    of these knock at every door, within a minute."""
    endless = dict.fromkeys(settings.RATE_LIMITS, 1_000_000)
    with django_db_blocker.unblock(), override_settings(RATE_LIMITS=endless):
        with system():
            limits = dict(Plan.objects.values_list("pk", "member_limit"))
            Plan.objects.update(member_limit=100)  # of each world some are in a project already
            put_on_sale()
        yield
        with system():
            take_off_sale()
            for pk, limit in limits.items():
                Plan.objects.filter(pk=pk).update(member_limit=limit)
        call_command("flush", verbosity=0, interactive=False)
        connection.close()


@dataclass
class Neighbours:
    owner: World
    stranger: World

    def __post_init__(self) -> None:
        self.before = self.rows()

    def rows(self) -> tuple[dict[str, Any], dict[str, Any]]:
        return snapshot(self.owner), snapshot(self.stranger)


@pytest.fixture(scope="module")
def untouched() -> dict[str, list[Any]]:
    """For the next test: worlds in which, as each before it has proved, nothing has changed."""
    return defaultdict(list)


def neighbours(weak: str) -> Neighbours:
    """Where policies are weak the stranger is an editor of another project of the owner's, which
    is empty: the owner's rows come through, and only the querysets know which are meant."""
    owner, stranger = (make_world(f"{bird}{uuid4().hex[:12]}") for bird in ("finch", "raven"))
    if weak == "policies":
        share(owner.user, name="Another", editor=stranger.user)
    return Neighbours(owner, stranger)


def querysets_forget(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of them returns everything: the policies of the database still hold."""
    models = [model for label in APPS for model in apps.get_app_config(label).get_models()]
    for rows in {type(model._default_manager.all()) for model in models}:
        for name in ("for_user", "visible_to", "editable_by"):
            if hasattr(rows, name):
                monkeypatch.setattr(rows, name, lambda self, user: self)


def call(
    door: Door,
    caller: World | None,
    *,
    path: World,
    body: World,
    scopes: tuple[str, ...] = (),
    method: str = "",
) -> HttpResponse:
    """Knock: by API key or signed-in browser, with path and body naming the rows of some world."""
    client = Client()
    if caller and door.is_page:
        client.force_login(caller.user)
    elif caller:
        client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {caller.secret(*scopes)}"
    kind = None if door.is_page else "application/json"
    ask = getattr(client, (method or door.method).lower())
    address = f"{door.address(path)}{_query(door, body)}"
    if (method or door.method) == "GET":
        return ask(address)
    return ask(address, door.body(body), **({"content_type": kind} if kind else {}))


def _query(door: Door, world: World) -> str:
    return "?" + urlencode(door.query(world)) if door.query(world) else ""


def content(response: HttpResponse) -> str:
    whole = b"".join(response) if response.streaming else response.content
    return whole.decode()


def is_let_in(response: HttpResponse) -> bool:
    return response.status_code < 400 and "/login/" not in response.get("Location", "")


def attacks(door: Door) -> list[tuple[str, str]]:
    """(whose path, whose body) of each way to reach for the owner's rows."""
    ways = [("owner", "stranger")] if door.names_rows_in("path") else []
    if door.names_rows_in("body") or door.names_rows_in("query") or not ways:
        ways.append(("stranger", "owner"))
    return ways


CELLS = [pytest.param(door, *way, id=f"{door} {way}") for door in DOORS for way in attacks(door)]


@pytest.mark.parametrize("weak", ["policies", "querysets"])
@pytest.mark.parametrize(("door", "path", "body"), CELLS)
def test_a_stranger_finds_and_changes_nothing(
    door: Door,
    path: str,
    body: str,
    weak: str,
    untouched: dict[str, list[Neighbours]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pair = untouched[weak].pop() if untouched[weak] else neighbours(weak)
    owner, people = pair.owner, {"owner": pair.owner, "stranger": pair.stranger}
    with monkeypatch.context() as weakened:
        if weak == "querysets":
            querysets_forget(weakened)
        response = knock(door, people, path, body)
        missing = knock(door, {**people, "owner": World()}, path, body) if door.scope else response
    # Who is in a project knows by name whose it is.
    shown = (response.shown + str(response.headers)).replace(owner.user.full_name, "")
    sent = f"{door.address(people[path])} {door.query(people[body])} {door.body(people[body])}"
    assert [trace for trace in owner.traces if trace in shown and trace not in sent] == []
    (before, own_before), (after, own_after) = pair.before, pair.rows()
    assert after == before
    assert [trace for trace in owner.traces if trace in str(own_after)] == []
    assert response.status_code < 500
    if own_after == own_before:
        untouched[weak].append(pair)
    if door.blind and path == "stranger":
        return
    assert response.status_code == 404
    assert own_after == own_before
    assert missing.status_code == 404
    assert door.is_page or missing.json() == response.json()


def knock(door: Door, people: dict[str, World], path: str, body: str) -> HttpResponse:
    """The stranger at the door, read to the end while the walls are still weak."""
    scopes = (door.scope or "search:read",)
    response = call(door, people["stranger"], path=people[path], body=people[body], scopes=scopes)
    response.shown = content(response)
    return response


@pytest.mark.parametrize("door", DOORS, ids=str)
def test_the_owner_is_let_in_and_others_are_turned_away(
    door: Door, untouched: dict[str, list[Any]]
) -> None:
    owner, before = untouched["owners"].pop() if untouched["owners"] else settled()
    anonymous = call(door, None, path=owner, body=owner)
    if door.is_page:
        assert anonymous.status_code == 302
        assert anonymous["Location"].startswith(reverse("account_login"))
    else:
        assert (anonymous.status_code, anonymous["WWW-Authenticate"]) == (401, "Bearer")
        others = tuple(scope for scope in SCOPES if scope != door.scope)
        refused = call(door, owner, path=owner, body=owner, scopes=others)
        assert (refused.status_code, code_of(refused)) == (403, "scope_missing")
    assert snapshot(owner) == before
    response = call(door, owner, path=owner, body=owner, scopes=(door.scope,))
    assert is_let_in(response), content(response)
    if door.method == "GET" and snapshot(owner) == before:
        untouched["owners"].append((owner, before))


def settled() -> tuple[World, dict[str, Any]]:
    owner = make_world(f"finch{uuid4().hex[:12]}")
    return owner, snapshot(owner)


def views(patterns: list[Any], namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from views(pattern.url_patterns, namespace + inner)
        else:
            yield f"{namespace}{pattern.name}", pattern


@pytest.fixture
def resident(untouched: dict[str, list[Any]]) -> World:
    """For what is open to nobody."""
    if not untouched["residents"]:
        untouched["residents"].append(settled())
    return untouched["residents"][0][0]


NAMES = {name for name, _pattern in views(get_resolver().url_patterns)}


def test_every_url_has_a_declared_policy() -> None:
    declared = {door.url for door in DOORS} | OPEN | ENTRANCE
    assert {name for name in NAMES if not name.startswith("admin:")} == declared


@pytest.mark.parametrize("url", sorted({door.url for door in DOORS}))
def test_a_method_without_a_declared_policy_is_not_allowed(url: str, resident: World) -> None:
    doors = [door for door in DOORS if door.url == url]
    for method in sorted(set(METHODS) - {door.method for door in doors}):
        response = call(
            doors[0], resident, path=resident, body=resident, scopes=SCOPES, method=method
        )
        assert (method, response.status_code) == (method, 405)


STAFF = sorted(name for name in NAMES if name.startswith("admin:"))


@pytest.mark.parametrize("name", [name for name in STAFF if name not in OPEN_STAFF])
def test_the_staff_site_is_closed_to_people_who_are_not_staff(name: str, resident: World) -> None:
    client = Client()
    client.force_login(resident.user)
    pattern = dict(views(get_resolver().url_patterns))[name].pattern
    needed = dict.fromkeys([*pattern.converters, *pattern.regex.groupindex], "auth")
    address = "/admin/what/ever/" if name == "admin:None" else reverse(name, kwargs=needed)
    assert client.get(address)["Location"].startswith(reverse("admin:login"))
