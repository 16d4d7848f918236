"""What the server remembers: its objects by id, its clock, what is to happen, what it told of."""

from __future__ import annotations

import copy
import heapq
import itertools
import time
from collections.abc import Callable, Iterator
from typing import Any

import stripe

from tests.stripe_server import shapes
from tests.stripe_server.shapes import Shape

PREFIXES = {
    **{"product": "prod", "price": "price", "customer": "cus", "checkout.session": "cs_test"},
    **{"subscription": "sub", "subscription_item": "si", "invoice": "in", "line_item": "il"},
    **{"billing_portal.session": "bps", "event": "evt"},
}
LACKING = {
    **{"event": "metadata", "billing_portal.session": "metadata"},
    **{"subscription_item": "livemode", "line_item": "created"},
}


class Refusal(Exception):
    """An answer that is an error, in Stripe's words."""

    def __init__(self, status: int, message: str, **members: Any) -> None:
        super().__init__(message)
        self.status = status
        kind = "card_error" if status == 402 else "invalid_request_error"
        self.body = {"error": {"type": kind, "message": message, **members}}


class Book:
    def __init__(self) -> None:
        self.now = int(time.time()) + 60  # no period begins in the very second of a sign-up
        self.objects: dict[str, Shape] = {}
        self.events: list[Shape] = []
        self.sales: dict[str, Shape] = {}  # what a checkout session is for
        self.declined: set[str] = set()  # customers whose card is
        self._numbers = itertools.count(1)
        self._plans: list[tuple[int, int, Callable[[], None]]] = []

    def add(self, made: Shape) -> Shape:
        number = next(self._numbers)
        made["id"] = f"{PREFIXES[made['object']]}_{number:014d}"
        common = {"livemode": False, "created": self.now, "metadata": made.get("metadata", {})}
        common.pop(LACKING.get(made["object"], ""), None)
        made |= common
        self.objects[made["id"]] = made
        return made

    def get(self, key: str, kind: str) -> Shape:
        found = self.objects.get(key)
        if found is None or found["object"] != kind:
            message = f"No such {kind}: '{key}'"
            raise Refusal(404, message, code="resource_missing", param="id")
        return found

    def every(self, kind: str, **wanted: Any) -> Iterator[Shape]:
        """The newest first, as Stripe lists them."""
        for one in reversed(list(self.objects.values())):
            if one["object"] == kind and all(one.get(k) == v for k, v in wanted.items()):
                yield one

    def emit(self, kind: str, about: Shape, before: Shape | None = None) -> None:
        told = self.add(shapes.event(kind, copy.deepcopy(about), before))
        self.events.append(told | {"api_version": stripe.api_version})

    def later(self, seconds: int, act: Callable[[], None]) -> None:
        heapq.heappush(self._plans, (self.now + seconds, next(self._numbers), act))

    def advance(self, seconds: int) -> None:
        """Let time pass, with whatever is due meanwhile in its order."""
        until = self.now + seconds
        while self._plans and self._plans[0][0] <= until:
            self.now, _number, act = heapq.heappop(self._plans)
            act()
        self.now = until
