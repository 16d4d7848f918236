""".env.example lists what settings and the embedded stack read, no more, no less."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from config.addresses import database, numbered, redis_url

ROOT = Path(__file__).resolve().parent.parent
SOURCES = [
    ROOT / "config" / "settings.py",
    ROOT / "tests" / "stack.py",
    *(ROOT / "config" / "embedded").glob("*.py"),
]
NAME = re.compile(r'"((?:KYRO|OPENAI|GEMINI)_[A-Z0-9_]+|DATABASE_URL|REDIS_URL)"')
PREFIXES = {"KYRO_", "OPENAI_", "GEMINI_"}


def variables_read() -> set[str]:
    found = {name for path in SOURCES for name in NAME.findall(path.read_text())}
    composed = re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text())
    return found.union(composed) - PREFIXES


def variables_listed() -> dict[str, str]:
    lines = (ROOT / ".env.example").read_text().splitlines()
    pairs = [line.split("=", 1) for line in lines if line and not line.startswith("#")]
    assert len(pairs) == len({name for name, _ in pairs})
    return dict(pairs)


def test_the_example_lists_every_variable_and_no_other():
    assert set(variables_listed()) == variables_read()


def test_the_example_gives_the_real_defaults():
    source = (ROOT / "config" / "settings.py").read_text()
    default = re.compile(r'env(?:_number|_list)?\("([A-Z0-9_]+)", ("[^"]*"|\d+)\)')
    found = {name: value.strip('"') for name, value in default.findall(source)}
    listed = variables_listed()
    assert {name: listed[name] for name in found} == found
    assert len(found) > 10


def test_a_database_address_keeps_its_tls_and_takes_a_password_from_elsewhere():
    url = "postgresql://kyro@db.example.com:6432/chat?sslmode=verify-full&sslrootcert=/ca.pem"
    assert database(url, "p@ss/w:rd") == {
        "NAME": "chat",
        "USER": "kyro",
        "PASSWORD": "p@ss/w:rd",
        "HOST": "db.example.com",
        "PORT": "6432",
        "OPTIONS": {"sslmode": "verify-full", "sslrootcert": "/ca.pem"},
    }
    assert database("postgresql://kyro:own@db/chat", "other")["PASSWORD"] == "own"


@pytest.mark.parametrize(
    ("url", "whole"),
    [
        ("redis://valkey:6379", "redis://:p%40ss%2Fw@valkey:6379"),
        ("rediss://kyro@v:1", "rediss://kyro:p%40ss%2Fw@v:1?ssl_cert_reqs=required"),
        ("rediss://:x@v?ssl_ca_certs=/c", "rediss://:x@v?ssl_ca_certs=/c&ssl_cert_reqs=required"),
        ("rediss://:x@v?ssl_cert_reqs=none", "rediss://:x@v?ssl_cert_reqs=none"),
        ("redis://:own@valkey", "redis://:own@valkey"),
    ],
)
def test_a_brokers_password_may_come_from_elsewhere(url, whole):
    assert redis_url(url, "p@ss/w") == whole


def test_broker_cache_and_streams_have_a_database_each():
    assert numbered("rediss://:x@v:1?ssl_ca_certs=/c", 2) == "rediss://:x@v:1/2?ssl_ca_certs=/c"
    assert numbered("redis://v:1/", 0) == "redis://v:1/0"
    assert numbered("unix:///run/valkey.sock", 1) == "unix:///run/valkey.sock?db=1"


@pytest.mark.parametrize(
    ("chosen", "header"),
    [
        ({}, "max-age=31536000"),
        ({"KYRO_HSTS_SUBDOMAINS": "1"}, "max-age=31536000; includeSubDomains"),
        (
            {"KYRO_HSTS_SUBDOMAINS": "1", "KYRO_HSTS_PRELOAD": "1"},
            "max-age=31536000; includeSubDomains; preload",
        ),
    ],
)
def test_https_binds_other_names_only_where_that_is_chosen(chosen, header, tmp_path):
    assert strict_transport({"KYRO_DATA_DIR": str(tmp_path), **chosen}) == header


def strict_transport(variables: dict[str, str]) -> str:
    """The header of a server at an https address, started with these variables."""
    program = """
from django.conf import settings
from django.http import HttpResponse
from django.middleware.security import SecurityMiddleware
from django.test import RequestFactory
request = RequestFactory().get("/", secure=True, headers={"X-Forwarded-Proto": "https"})
answered = SecurityMiddleware(lambda request: HttpResponse())(request)
print(answered["Strict-Transport-Security"])
"""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KYRO_")}
    server = {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "KYRO_BASE_URL": "https://chat.example.com",
        "KYRO_SECRET_KEY": "only-for-this-test",
    }
    command = [sys.executable, "-c", program]
    return subprocess.check_output(
        command, cwd=ROOT, env=kept | server | variables, text=True
    ).strip()
