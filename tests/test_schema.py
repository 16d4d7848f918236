"""The OpenAPI schema is complete and true: answers and refusals are those it promises."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.test import Client
from jsonschema import Draft202012Validator

from accounts.keys import SCOPES
from tests.isolation.api_doors import API_DOORS
from tests.isolation.doors import Door
from tests.isolation.world import World, make_world
from tests.test_isolation import call, committed_rows, content

__all__ = ["committed_rows"]
pytestmark = [
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume"),
    pytest.mark.usefixtures("own_server", "selling"),
]
NAMED = re.compile(r"\{\w+\}")
ODD: list[Any] = [
    None,
    0,
    -1,
    10**40,
    1.5,
    True,
    "",
    " ",
    "\u0000",
    "é" * 300,
    [],
    [None],
    {},
    {"a": 1},
]


@pytest.fixture(scope="module")
def schema(committed_rows: None) -> dict[str, Any]:
    return Client().get("/api/schema/?format=json").json()


@pytest.fixture
def owner() -> World:
    return make_world(f"finch{uuid4().hex[:12]}")


@pytest.fixture(scope="module")
def readers() -> list[World]:
    return []


@pytest.fixture
def reader(readers: list[World]) -> World:
    """One for all who only look: nothing of theirs is ever gone."""
    if not readers:
        readers.append(make_world(f"finch{uuid4().hex[:12]}"))
    return readers[0]


def test_the_schema_is_valid_and_made_without_a_warning() -> None:
    out = io.StringIO()
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=out)
    assert out.getvalue().startswith("openapi: 3.1.0")


def operation(schema: dict[str, Any], door: Door) -> dict[str, Any]:
    return schema["paths"][path_of(schema, door)][door.method.lower()]


def path_of(schema: dict[str, Any], door: Door) -> str:
    """The door's in the schema, whose paths have names where the address has ids."""
    address = door.address(World())
    fitting = [path for path in schema["paths"] if re.fullmatch(NAMED.sub("[^/]+", path), address)]
    return min(fitting, key=lambda path: path.count("{"))


def check(schema: dict[str, Any], told: dict[str, Any], response: Any) -> None:
    """The status is documented, and the body is what the schema says of it."""
    text = content(response)
    assert response.status_code < 500, text
    assert str(response.status_code) in told["responses"], (response.status_code, text)
    kinds = promised(schema, told["responses"][str(response.status_code)]).get("content", {})
    kind = response.get("Content-Type", "").partition(";")[0]
    if not kinds:
        assert text == ""
        return
    assert kind in kinds or "application/octet-stream" in kinds, kind
    if kind.endswith("json"):
        validate(schema, kinds[kind]["schema"], json.loads(text))


def promised(schema: dict[str, Any], response: dict[str, Any]) -> dict[str, Any]:
    """What a response of an operation is; errors are told once, in the components."""
    if "$ref" not in response:
        return response
    return schema["components"]["responses"][response["$ref"].rpartition("/")[2]]


def validate(schema: dict[str, Any], part: dict[str, Any], value: Any) -> None:
    whole = {**part, "components": schema["components"]}
    errors = [error.message for error in Draft202012Validator(whole).iter_errors(value)]
    assert errors == []


@pytest.mark.parametrize("door", API_DOORS, ids=str)
def test_answers_and_refusals_are_as_documented(
    schema: dict[str, Any], door: Door, owner: World
) -> None:
    told = operation(schema, door)
    if door.body(owner) and "requestBody" in told:
        validate(
            schema, told["requestBody"]["content"]["application/json"]["schema"], door.body(owner)
        )
    check(schema, told, call(door, None, path=owner, body=owner))
    check(schema, told, call(door, owner, path=owner, body=owner, scopes=()))
    if door.names_rows_in("path"):
        check(schema, told, call(door, owner, path=World(), body=owner, scopes=SCOPES))
    check(schema, told, call(door, owner, path=owner, body=owner, scopes=SCOPES))


def fields(schema: dict[str, Any], told: dict[str, Any]) -> Iterator[str]:
    yield from properties(schema, told["requestBody"]["content"]["application/json"]["schema"])


def properties(schema: dict[str, Any], part: dict[str, Any]) -> Iterator[str]:
    whole = schema["components"]["schemas"][part["$ref"].rpartition("/")[2]]
    yield from whole.get("properties", {})
    for choice in whole.get("oneOf", []):
        yield from properties(schema, choice)


WITH_BODY = {
    (door.url, door.method): door for door in API_DOORS if door.method in {"POST", "PATCH"}
}


@pytest.mark.parametrize("door", WITH_BODY.values(), ids=str)
def test_odd_values_in_bodies_are_answered_as_documented(
    schema: dict[str, Any], door: Door, owner: World
) -> None:
    told = operation(schema, door)
    names = list(fields(schema, told)) if "requestBody" in told else []
    client = Client(headers={"Authorization": f"Bearer {owner.secret(*SCOPES)}"})
    bodies = [*ODD, *({**door.body(owner), name: odd} for name in names for odd in ODD)]
    for body in bodies:
        send = getattr(client, door.method.lower())
        check(schema, told, send(door.address(owner), json.dumps(body), "application/json"))


READ = {door.url: door for door in API_DOORS if door.method == "GET"}


@pytest.mark.parametrize("door", READ.values(), ids=str)
def test_odd_values_in_queries_are_answered_as_documented(
    schema: dict[str, Any], door: Door, reader: World
) -> None:
    told = operation(schema, door)
    client = Client(headers={"Authorization": f"Bearer {reader.secret(*SCOPES)}"})
    names = [row["name"] for row in told.get("parameters", []) if row["in"] == "query"]
    for name in names:
        for odd in (
            "",
            "0",
            "-1",
            "9" * 400,
            "\u0000",
            "é%00",
            "a,b",
            "[]",
            "2026-99-99",
            "²",
            "%",
        ):
            check(schema, told, client.get(door.address(reader), {name: odd}))
