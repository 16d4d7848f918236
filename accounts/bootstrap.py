"""Roles, database and rights on a PostgreSQL server, the embedded one and any other alike.

Safe to run at every start: what is there stays. Imports no Django, because `make run` begins here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

HERE = Path(__file__).parent
OLDEST = 160000  # GRANT … WITH SET TRUE came with PostgreSQL 16


class TooOld(Exception):
    """The server lacks what the roles need."""


@dataclass(frozen=True)
class Wanted:
    """What is to be there: a database, and a login that the application uses."""

    database: str
    login: str
    password: str = field(repr=False)


def bootstrap(server: dict[str, Any], wanted: Wanted) -> None:
    """`server` is how to connect as somebody who may make roles and databases; directly, because
    a pooler would mix up sessions. Raises psycopg.Error or TooOld."""
    with psycopg.connect(**server, autocommit=True) as connection:
        if connection.info.server_version < OLDEST:
            raise TooOld(f"PostgreSQL 16 or newer is needed, not {connection.info.server_version}.")
        connection.execute(_filled("roles.sql", connection, wanted))
        _make_database(connection, wanted.database)
    with psycopg.connect(**server | {"dbname": wanted.database}, autocommit=True) as connection:
        connection.execute(_filled("rights.sql", connection, wanted))


def _make_database(connection: psycopg.Connection, name: str) -> None:
    there = connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone()
    if there is None:  # not possible inside a transaction, so no SQL block could do it
        make = sql.SQL("CREATE DATABASE {} OWNER kyro_owner").format(sql.Identifier(name))
        connection.execute(make)


def _filled(name: str, connection: psycopg.Connection, wanted: Wanted) -> sql.Composed:
    """The server gets the password's verifier, so no log of statements holds the password."""
    verifier = connection.pgconn.encrypt_password(
        wanted.password.encode(), wanted.login.encode(), b"scram-sha-256"
    )
    return sql.SQL((HERE / name).read_text(encoding="utf-8")).format(  # type: ignore[arg-type]
        database=sql.Identifier(wanted.database),
        login=sql.Identifier(wanted.login),
        login_name=sql.Literal(wanted.login),
        verifier=sql.Literal(verifier.decode()),
    )
