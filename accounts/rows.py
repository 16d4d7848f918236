"""Rows of statements that are written once: for what every request asks, building a query costs
more than the database takes to answer it."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from django.db import connection, models
from django.db.models.expressions import DatabaseDefault

Row = TypeVar("Row", bound=models.Model)


def columns(model: type[models.Model], alias: str, *, but: Set[str] = frozenset()) -> str:
    """All of them but those, in the order that `loaded` takes their values."""
    return ", ".join(f'{alias}."{field.column}"' for field in _fields(model, but))


def loaded(model: type[Row], values: tuple[Any, ...], *, but: Set[str] = frozenset()) -> Row:
    fields = _fields(model, but)
    converted = [
        field.from_db_value(value, None, connection) if hasattr(field, "from_db_value") else value
        for field, value in zip(fields, values, strict=True)
    ]
    return model.from_db(connection.alias, [field.attname for field in fields], converted)


def _fields(model: type[models.Model], but: Set[str]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if field.name not in but]


def first(statement: str, parameters: list[Any]) -> tuple[Any, ...] | None:
    """The first row; of several statements, which go in one message, that of the last."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        while cursor.nextset():
            pass
        found: tuple[Any, ...] | None = cursor.fetchone()
    return found


def every(statement: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


@dataclass(frozen=True)
class Sql:
    """A value that the database works out."""

    text: str
    parameters: tuple[Any, ...] = ()


def insert(*new: models.Model) -> None:
    """New rows, of whatever models, in one message; no signals. What the database fills in by
    itself is not read back."""
    statements, parameters = [], []
    for row in new:
        values = [_value(field, field.pre_save(row, add=True)) for field in _written(type(row))]
        statements.append(_insertion(type(row)) + f"({', '.join(text for text, _ in values)})")
        parameters += [given for _, all_given in values for given in all_given]
        row._state.adding, row._state.db = False, connection.alias
    with connection.cursor() as cursor:
        cursor.execute("; ".join(statements), parameters)


def assigned(model: type[models.Model], values: dict[str, Any]) -> tuple[str, list[Any]]:
    """What stands behind SET, with its parameters."""
    columns: list[str] = []
    parameters: list[Any] = []
    for name, value in values.items():
        field: Any = model._meta.get_field(name)
        text, given = _value(field, value)
        columns.append(f'"{field.column}" = {text}')
        parameters += given
    return ", ".join(columns), parameters


def _value(field: Any, value: Any) -> tuple[str, tuple[Any, ...]]:
    if isinstance(value, Sql):
        return value.text, value.parameters
    if isinstance(value, DatabaseDefault):
        return "DEFAULT", ()
    return "%s", (field.get_db_prep_save(value, connection),)


@cache
def _written(model: type[models.Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if not field.generated]


@cache
def _insertion(model: type[models.Model]) -> str:
    names = ", ".join(f'"{field.column}"' for field in _written(model))
    return f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES '  # noqa: S608 – names
