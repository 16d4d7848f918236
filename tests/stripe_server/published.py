"""Comparing an object of ours with the type that stripe-python publishes for it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from types import NoneType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import stripe
from stripe import StripeObject


class Published(dict[str, Any]):
    """The names that types of the package call each other by; it loads them when asked for."""

    def __missing__(self, name: str) -> Any:
        name = name.removesuffix("Resource")  # as some modules call what they import
        for place in (stripe, stripe.test_helpers, stripe.billing_portal):
            if hasattr(place, name):
                return getattr(place, name)
        raise KeyError(name)


SCALARS = {str: str, int: int, bool: bool, float: (int, float), Decimal: str, NoneType: NoneType}


def faults(shape: Any, kind: Any, path: str = "") -> Iterator[str]:
    """What is wrong, as paths; nothing when the type would take it.

    Fields that may be null may also be missing. Where a list of words is left open for later
    ones ("or any str"), a word of today's is asked for.
    """
    outer, inner = get_origin(kind), get_args(kind)
    if outer is Union:
        yield from _of_any(shape, [one for one in inner if not _is_open(one, inner)], path)
    elif outer is Literal:
        yield from () if shape in inner else (f"{path}: {shape!r}",)
    elif outer in (list, stripe.ListObject):
        found = shape.get("data") if isinstance(shape, dict) else shape
        if not isinstance(found, list):
            yield f"{path}: {shape!r} is no list"
            return
        for place, one in enumerate(found):
            yield from faults(one, inner[0], f"{path}[{place}]")
    elif kind in SCALARS:
        fits = isinstance(shape, SCALARS[kind]) and (kind is bool or not isinstance(shape, bool))
        yield from () if fits else (f"{path}: {shape!r} is no {kind.__name__}",)
    elif isinstance(kind, type) and issubclass(kind, StripeObject) and not inner:
        yield from _of_fields(shape, kind, path)
    elif not isinstance(shape, dict):
        yield f"{path}: {shape!r} is no object"


def _is_open(one: Any, choices: tuple[Any, ...]) -> bool:
    return one is str and any(get_origin(choice) is Literal for choice in choices)


def _of_any(shape: Any, kinds: list[Any], path: str) -> Iterator[str]:
    tried = [list(faults(shape, kind, path)) for kind in kinds]
    if all(tried):
        yield from min(tried, key=len)


def _of_fields(shape: Any, kind: type[StripeObject], path: str) -> Iterator[str]:
    if not isinstance(shape, dict):
        yield f"{path}: {shape!r} is no {kind.__name__}"
        return
    known = get_type_hints(kind, localns=Published())
    for name, field in known.items():
        if name in shape:
            yield from faults(shape[name], field, f"{path}.{name}")
        elif not name.startswith("_") and NoneType not in get_args(field) and _is_data(field):
            yield f"{path}.{name} is missing"
    yield from (f"{path}.{name} is unknown" for name in shape if name not in known)


def _is_data(field: Any) -> bool:
    return "ClassVar" not in str(field)
