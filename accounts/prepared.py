"""QuerySets whose statement Django builds once: what differs from call to call stands in as marks.

Who may see what is said in QuerySets and nowhere else; for what every chat asks, building the
statement anew costs ten times what running it does.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from inspect import signature
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import connection, models
from django.db.models.query import get_related_populators

Row = TypeVar("Row", bound=models.Model)


class Prepared(Generic[Row]):
    """`build` takes ids and returns a QuerySet that uses them as they are; call it with others."""

    def __init__(self, build: Callable[..., models.QuerySet[Row]]) -> None:
        self._build = build
        self._marks = [UUID(int=number + 1) for number in range(len(signature(build).parameters))]

    def first(self, *ids: UUID) -> Row | None:
        """The first row, what select_related names with it; None where there is none."""
        statement, parameters, loaded = self._parts
        given = dict(zip(self._marks, ids, strict=True))
        with connection.cursor() as cursor:
            cursor.execute(statement, [_in_place(value, given) for value in parameters])
            found = cursor.fetchone()
        return None if found is None else loaded(found)

    @cached_property
    def _parts(self) -> tuple[str, tuple[Any, ...], Callable[[tuple[Any, ...]], Row]]:
        rows = self._build(*self._marks)
        compiler = rows.query.get_compiler(connection=connection)
        statement, parameters = compiler.as_sql()
        for mark in self._marks:
            if mark not in parameters:
                raise TypeError("The QuerySet does not ask for each of its ids as it is.")
        converters = compiler.get_converters([selected[0] for selected in compiler.select])
        klass_info: Any = compiler.klass_info
        columns = klass_info["select_fields"]
        start, end = columns[0], columns[-1] + 1
        names = [selected[0].target.attname for selected in compiler.select[start:end]]
        related = get_related_populators(klass_info, compiler.select, connection.alias)
        annotated = compiler.annotation_col_map.items()

        def loaded(values: tuple[Any, ...]) -> Row:
            [row] = compiler.apply_converters([values], converters) if converters else [values]
            made = rows.model.from_db(connection.alias, names, row[start:end])
            for populator in related:
                populator.populate(row, made)
            for name, column in annotated:
                setattr(made, name, row[column])
            return made

        return statement, parameters, loaded


def _in_place(value: Any, given: dict[UUID, UUID]) -> Any:
    return given.get(value, value) if isinstance(value, UUID) else value
