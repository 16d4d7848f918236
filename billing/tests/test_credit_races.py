"""Many at once on one person's credits: nothing is lost, nothing is found."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone

from accounts import rows
from accounts.tenancy import scope, system
from billing import adjusting, credits
from billing.charges import Charge
from billing.models import CreditBalance, Reservation
from billing.refusals import QuotaExceeded

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 16
RACES = 1_000
CREDITS = 2_000


class Killed(Exception):
    """The process dies before its transaction is committed."""


def race(owner, seed: int) -> None:
    """Reserve, and then settle, settle twice, abort, or die at one of two places."""
    chance = random.Random(seed)
    ending = chance.choice(["settle", "twice", "abort", "dies", "dies_unsettled"])
    most = chance.randint(0, 9)
    with suppress(QuotaExceeded, Killed):
        with scope(owner):
            held = credits.reserve(owner.pk, Charge(most, tokens=chance.randint(0, 50)))
            if ending == "dies":
                raise Killed
        if ending != "dies_unsettled":
            finish(owner, held, 0 if ending == "abort" else chance.randint(0, most))
        if ending == "twice":
            finish(owner, held, most)


def finish(owner, held: UUID, actual: int) -> None:
    with scope(owner):
        credits.settle(held, actual)


# In one statement: each sees the rows of one moment.
STANDING = """
    SELECT b.balance, b.running, b.tokens_held,
        (SELECT sum(amount) FROM billing_creditchange WHERE owner_id = b.owner_id),
        (SELECT coalesce(sum(actual), 0) FROM billing_reservation WHERE state = 'settled'),
        h.number, h.credits, h.tokens
    FROM billing_creditbalance b CROSS JOIN (
        SELECT count(*) AS number, coalesce(sum(maximum), 0) AS credits,
            coalesce(sum(tokens), 0) AS tokens
        FROM billing_reservation WHERE state = 'held'
    ) h
"""


def check(owner) -> int:
    """The books are right at this moment; returns how many reservations are held."""
    with scope(owner):
        balance, running, tokens, ledger, spent, number, held, held_tokens = rows.first(
            STANDING, []
        )
    assert balance == ledger == CREDITS - spent - held
    assert (running, tokens) == (number, held_tokens)
    return number


def in_threads(work, count: int) -> None:
    gate = threading.Barrier(THREADS)

    def some(first: int) -> None:
        gate.wait()
        for number in range(first, count, THREADS):
            work(number)
        connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(some, range(THREADS)))


def test_a_thousand_races_leave_the_ledger_and_the_balance_equal(owner):
    with system():
        adjusting.set_balance(owner, CREDITS, reason="test")
    stopped = threading.Event()

    def watch() -> None:
        while not stopped.is_set():
            check(owner)
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        watching = pool.submit(watch)
        in_threads(lambda number: race(owner, number), RACES)
        stopped.set()
        watching.result()
    assert check(owner) > 0
    with system():
        Reservation.objects.filter(state="held").update(expires_at=timezone.now())
        credits.settle_expired()
    assert check(owner) == 0


def test_a_grant_is_given_once_however_many_give_it(owner):
    def give(_number: int) -> None:
        with system():
            credits.grant(owner.pk, 700, kind="top_up", reference="checkout:1")

    in_threads(give, THREADS)
    with scope(owner):
        assert CreditBalance.objects.get().balance == 10_700
