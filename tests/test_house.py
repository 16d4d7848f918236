"""Rules of the house that a reviewer would otherwise have to remember."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from django.urls import URLPattern, URLResolver, get_resolver

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ["language", "outbound", "providers"]
APPS = ["accounts", "billing", "documents", "chatbots", "conversations", "analytics", "config"]

# Tables with a person's column that no policy guards, each for a reason.
OPEN_TABLES = {
    "account_emailaddress": "signing in looks addresses up before any scope exists",
    "accounts_user_groups": "rights are read with the person, before any scope exists",
    "accounts_user_user_permissions": "rights are read with the person, before any scope exists",
    "mfa_authenticator": "signing in asks for the second factor before any scope exists",
    "usersessions_usersession": "written at sign-in, before any scope exists",
    "django_admin_log": "what staff did, seen in the administration alone",
}
# The only places that may step past the policies.
SYSTEM_USERS = {
    "accounts/letters.py",
    "accounts/management/commands/flush.py",
    "accounts/management/commands/rotate_credential_keys.py",
    "accounts/partitions.py",
    "accounts/staff.py",
    "accounts/tasks.py",
    "billing/admin/resyncing.py",
    "billing/management/commands/check_ledger.py",
    "billing/management/commands/set_plan.py",
    "billing/periods.py",
    "billing/stripe/checks.py",
    "billing/stripe/endpoint.py",
    "billing/stripe/forgetting.py",
    "billing/stripe/mirror.py",
    "billing/stripe/owed.py",
    "billing/stripe/syncing.py",
    "billing/stripe/webhook.py",
    "billing/tasks.py",
    "conversations/attachments.py",
    "conversations/tasks.py",
    "documents/erasing.py",
    "documents/generations.py",
    "documents/reembedding/change.py",
    "documents/reembedding/dropping.py",
    "documents/graph.py",
    "documents/reembedding/work.py",
    "documents/tasks.py",
    "documents/work/turns.py",
    "documents/web/runs.py",
    "documents/web/sources.py",
}
# QuerySet and model methods with an async twin; Django runs these in a thread that knows no scope.
ASYNC_ORM = {
    *("aget", "afirst", "alast", "alatest", "aearliest", "acount", "aexists", "aiterator"),
    *("acreate", "asave", "aupdate", "adelete", "aget_or_create", "aupdate_or_create"),
    *("abulk_create", "abulk_update", "ain_bulk", "aaggregate", "acontains", "aexplain"),
    *("arefresh_from_db", "aadd", "aremove", "aclear", "aset"),
}
# What can ask another server. Addresses people supply are reached through outbound/ alone, whose
# check sits where connections are made; so nobody else may open one, but for these:
WEB_CLIENTS = {
    *("aiohttp", "http.client", "httpcore", "httpcore2", "httpx", "httpx2", "requests"),
    *("urllib.request", "urllib3", "websockets"),
}
OPENERS = {
    *("asyncio.open_connection", "socket.create_connection"),
    *("http.client.HTTPConnection", "http.client.HTTPSConnection"),
    *("httpx2.Client", "httpx2.AsyncClient", "httpx2.HTTPTransport", "httpx2.AsyncHTTPTransport"),
    *("httpx2.get", "httpx2.post", "httpx2.request", "httpx2.stream", "urllib.request.urlopen"),
    *("openai.OpenAI", "openai.AsyncOpenAI"),
}
OPENING = {
    "config/embedded/readiness.py": "asks our own server on loopback whether it is up",
    "providers/connections.py": "platform addresses; a person's own it leaves to outbound",
    "providers/openai/clients.py": "gives the vendor's client the one of providers.connections",
}
VAGUE_NAMES = {"utils", "helpers", "services", "core", "common", "misc", "manager"}


def modules(rooms: list[str] = APPS) -> Iterator[tuple[str, ast.Module]]:
    for app in rooms:
        for path in sorted((ROOT / app).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if "/tests/" not in name and "/migrations/" not in name:
                yield name, ast.parse(path.read_text())


def calls(tree: ast.Module) -> Iterator[ast.expr]:
    return (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))


@pytest.mark.django_db
def test_every_table_of_a_persons_rows_has_a_policy():
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_policies")
        guarded = {row[0] for row in cursor.fetchall()}
    personal = {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if {"owner_id", "user_id"} & {field.attname for field in model._meta.concrete_fields}
    }
    assert personal - guarded == set(OPEN_TABLES)


@pytest.mark.django_db
def test_policies_are_enabled_and_hold_for_reading_and_writing():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_policies p JOIN pg_class c ON c.relname = p.tablename"
            " WHERE NOT c.relrowsecurity OR p.cmd <> 'ALL' OR p.with_check IS NULL"
        )
        assert cursor.fetchall() == []


def test_only_upkeep_and_staff_step_past_the_policies():
    users = {
        name
        for name, tree in modules()
        for call in calls(tree)
        if ast.unparse(call) in {"system", "tenancy.system", "accounts.tenancy.system"}
    }
    assert users - {"accounts/tenancy.py"} == SYSTEM_USERS


def test_no_query_leaves_the_thread_that_holds_its_scope():
    found = {
        f"{name}: {call.attr}"
        for name, tree in modules()
        for call in calls(tree)
        if isinstance(call, ast.Attribute) and call.attr in ASYNC_ORM
    }
    assert found == set()


def imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_only_outbound_and_providers_know_web_clients():
    users = {
        name
        for name, tree in modules([*ROOMS, *APPS])
        if WEB_CLIENTS & set(imports(tree)) and not name.startswith(("outbound/", "providers/"))
    }
    assert users == {"config/embedded/readiness.py"}


def test_only_outbound_opens_connections_to_addresses_of_people():
    openers = {
        name
        for name, tree in modules([*ROOMS, *APPS])
        for call in calls(tree)
        if ast.unparse(call) in OPENERS and not name.startswith("outbound/")
    }
    assert openers == set(OPENING)


def test_modules_are_named_for_what_they_do():
    every = modules([*ROOMS, *APPS])
    assert [name for name, _ in every if VAGUE_NAMES & set(name[:-3].split("/"))] == []


def patterns(resolver: URLResolver, path: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        here = path + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern, here)
        else:
            yield here, pattern


def test_every_url_has_a_name():
    # Django's admin keeps a catch-all and redirects of its own without names
    unnamed = [path for path, pattern in patterns(get_resolver()) if not pattern.name]
    assert [path for path in unnamed if not path.startswith("admin/")] == []
