"""schemathesis against a real server: as owner with data, reader, key without scopes, stranger.

python -m tests.fuzz [--cases N] [--only PART]: N cases per operation as owner, fewer as the others.
Half of them name rows of the person's. It fails on a 5xx, on an answer that the schema does not
promise, and when the owner never got a 2xx from an operation.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from tests import stack  # before Django: a data folder of our own

import django  # isort: skip

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

import requests  # noqa: E402
import schemathesis  # noqa: E402
from django.core.management import call_command  # noqa: E402
from hypothesis import HealthCheck, Phase, given, seed, settings  # noqa: E402
from hypothesis.strategies import sampled_from  # noqa: E402
from schemathesis import Case, GenerationMode  # noqa: E402
from schemathesis.checks import (  # noqa: E402
    Failure,
    FailureGroup,
    content_type_conformance,
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.keys import SCOPES  # noqa: E402
from accounts.tenancy import system  # noqa: E402
from benchmarks import tables  # noqa: E402
from config.embedded.stack import start_services  # noqa: E402
from providers import registry  # noqa: E402
from tests.isolation.api_doors import API_DOORS  # noqa: E402
from tests.isolation.doors import Door  # noqa: E402
from tests.isolation.paying import put_on_sale, running_stripe  # noqa: E402
from tests.isolation.world import World, make_world  # noqa: E402
from tests.own_server import running_server  # noqa: E402
from tests.test_schema import path_of  # noqa: E402
from tests.web import Web  # noqa: E402

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    response_schema_conformance,
    content_type_conformance,
]
READING = tuple(scope for scope in SCOPES if scope.endswith(":read"))
# Who knocks: with which scopes (None: without a key), and how many of the owner's cases.
CALLERS: dict[str, tuple[tuple[str, ...] | None, float]] = {
    "owner": (SCOPES, 1),
    "reader": (READING, 0.4),
    "scopeless": ((), 0.2),
    "stranger": (None, 0.2),
}
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


@dataclass
class Tally:
    """What one operation answered."""

    statuses: dict[str, Counter[int]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)  # what failed -> the first time it did

    def count(self, caller: str, status: int) -> None:
        self.statuses.setdefault(caller, Counter())[status] += 1

    def note(self, caller: str, failure: Failure | FailureGroup, case: Case) -> None:
        """Once for each kind, with the whole story of the first."""
        titles = [part.title for part in getattr(failure, "exceptions", [failure])]
        story = f"{str(failure)[:1500]}\n{case.as_curl_command()}"
        self.failures.setdefault(f"{caller}: {', '.join(sorted(titles))}", story)

    @property
    def cases(self) -> int:
        return sum(counted.total() for counted in self.statuses.values())

    @property
    def successes(self) -> int:
        counted = self.statuses.get("owner", Counter())
        return sum(number for status, number in counted.items() if 200 <= status < 300)


@dataclass
class Caller:
    """One who knocks, in a world of their own that is made anew once something in it is gone."""

    name: str
    scopes: tuple[str, ...] | None
    url: str
    tally: Tally
    session: requests.Session = field(default_factory=requests.Session)
    world: World = field(default_factory=World)

    def __post_init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        self.world = make_world(f"finch{uuid4().hex[:12]}")
        if self.scopes is not None:
            self.session.headers["Authorization"] = f"Bearer {self.world.secret(*self.scopes)}"

    def open(self, door: Door) -> None:
        """As the isolation tests do: everything named is there."""
        address = f"{self.url}{door.address(self.world)}"
        body = None if door.method == "GET" else door.body(self.world)
        query = door.query(self.world)
        response = self.session.request(door.method, address, params=query, json=body)
        self.tally.count(self.name, response.status_code)
        self.renew()

    def send(self, case: Case, door: Door | None) -> None:
        if door:
            name_rows(case, door, self.world)
        response = case.call(self.url, session=self.session, headers=dict(self.session.headers))
        self.tally.count(self.name, response.status_code)
        try:
            case.validate_response(response, checks=CHECKS)
        except (Failure, FailureGroup) as failure:
            self.tally.note(self.name, failure, case)
        if case.method == "DELETE" and response.status_code == 204:
            self.renew()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=40, help="per operation, as owner")
    parser.add_argument("--only", default="", help="operations whose name has this in it")
    arguments = parser.parse_args()
    with serving() as url:
        schema = schemathesis.openapi.from_url(f"{url}/api/schema/")
        tallies = {}
        for result in schema.get_all_operations():
            operation = result.ok()
            if arguments.only in operation.label:
                tallies[operation.label] = fuzz(operation, url, arguments.cases)
                print(".", end="", flush=True)
    print()
    sys.exit(report(tallies))


@contextmanager
def serving() -> Iterator[str]:
    """The address of a server with its own database, where nobody asks too often."""
    own_server = running_server().server_address[1]
    buckets = ("READS", "WRITES", "ANSWERS", "OUTSIDE", "SECRETS", "ANONYMOUS")
    web = Web(
        {
            "KYRO_CHAT_MODEL": "fake",
            "KYRO_FETCH_ALLOW": f"127.0.0.1:{own_server}",
            "KYRO_STRIPE_SECRET_KEY": "sk_test_" + "0" * 24,
            "KYRO_STRIPE_WEBHOOK_SECRET": "whsec_of_the_tests",
            "KYRO_STRIPE_API_HOST": running_stripe().url,
            **{f"KYRO_RATE_{bucket}": "10000000" for bucket in buckets},
        }
    )
    registry.configure(registry.ProviderSettings(chat_model="fake", embedding_model="fake"))
    try:
        with start_services(stack.DATA, durable=False):
            call_command("migrate", verbosity=0)
            with system():
                put_on_sale()
            web.start()
            yield web.url
            web.stop()
    finally:
        stack.pytest_unconfigure()


def fuzz(operation: Any, url: str, cases: int) -> Tally:
    tally = Tally()
    doors = [door for door in API_DOORS if is_door_of(door, operation)]
    for name, (scopes, share) in CALLERS.items():
        caller = Caller(name, scopes, url, tally)
        for door in doors if name == "owner" else ():
            caller.open(door)
        for mode in MODES:
            send_cases(operation, mode, max(1, round(cases * share / 2)), caller, doors)
    return tally


def is_door_of(door: Door, operation: Any) -> bool:
    path = path_of(operation.schema.raw_schema, door)
    return (path, door.method) == (operation.path, operation.method.upper())


def send_cases(
    operation: Any, mode: GenerationMode, count: int, caller: Caller, doors: list[Door]
) -> None:
    """Two of three cases name the person's rows."""

    @seed(1)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode), sampled_from([*doors, *doors, None]))
    def send(case: Case, door: Door | None) -> None:
        caller.send(case, door)

    try:
        send()
    except schemathesis.errors.SchemathesisError as impossible:  # nothing can be wrong with it
        if mode is GenerationMode.POSITIVE:
            raise impossible


def name_rows(case: Case, door: Door, world: World) -> None:
    if ids := door.path(world):
        case.path_parameters = {**(case.path_parameters or {}), "id": str(ids[0])}
    if isinstance(case.body, dict) and door.body(world):
        case.body = {**case.body, **door.body(world)}
    if door.query(world):
        case.query = {**(case.query or {}), **door.query(world)}


def report(tallies: dict[str, Tally]) -> int:
    rows = [["operation", "cases", "owner's 2xx", *CALLERS]]
    for label, tally in tallies.items():
        seen = [
            " ".join(f"{status}×{number}" for status, number in sorted(counted.items()))
            for counted in (tally.statuses.get(name, Counter()) for name in CALLERS)
        ]
        rows.append([label, str(tally.cases), str(tally.successes), *seen])
    tables.show(rows)
    failures = [(label, *item) for label, t in tallies.items() for item in t.failures.items()]
    for label, title, story in failures:
        print(f"\n{label}: {title}\n{story}")
    never = [label for label, tally in tallies.items() if not tally.successes]
    total = sum(tally.cases for tally in tallies.values())
    print(f"\n{len(tallies)} operations, {total} cases, {len(failures)} failures.")
    if never:
        print(f"The owner never got a 2xx from: {', '.join(never)}")
    return 1 if failures or never else 0


if __name__ == "__main__":
    main()
