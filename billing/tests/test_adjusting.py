"""Staff give and take credits; what was bought outlasts the period whatever they do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts.audit import AuditLog
from accounts.tenancy import scope, system
from billing import adjusting, credits, ledger_check
from billing.charges import Charge
from billing.models import CreditBalance, CreditChange, Reservation, Subscription
from billing.periods import next_month

pytestmark = pytest.mark.django_db


def balance_of(owner) -> int:
    with scope(owner):
        return CreditBalance.objects.get().balance


def renew(owner) -> None:
    with system():
        row = Subscription.objects.get(user=owner)
        credits.renew(row, row.current_period_end, next_month(row.current_period_end))


def buy(owner, amount: int) -> None:
    with scope(owner):
        credits.grant(owner.pk, amount, kind=CreditChange.Kind.TOP_UP, reference="checkout:1")


def test_credits_bought_after_staff_took_some_are_there_in_the_next_period(owner):
    with scope(owner):
        adjusting.set_balance(owner, 500, reason="Spam")
    buy(owner, 300)
    renew(owner)
    with scope(owner):
        assert CreditChange.objects.get(kind="expire").amount == -500
    assert balance_of(owner) == 300 + 10_000


def test_what_is_taken_comes_off_the_period_before_what_was_bought(owner):
    buy(owner, 300)
    with scope(owner):
        adjusting.adjust(owner, -10_100, reason="Spam")
        assert Subscription.objects.get().credits_limit == 0
    renew(owner)
    assert balance_of(owner) == 200 + 10_000


def test_credits_that_staff_give_stay_beyond_the_period(owner):
    with scope(owner):
        adjusting.adjust(owner, 50, reason="Sorry")
        assert Subscription.objects.get().credits_limit == 10_000
    renew(owner)
    assert balance_of(owner) == 10_050


def test_running_answers_keep_what_they_hold(owner):
    with scope(owner):
        held = credits.reserve(owner.pk, Charge(30))
        assert adjusting.set_balance(owner, 0, reason="Spam") == 9_970
        credits.settle(held, 10)
    assert balance_of(owner) == 20


@pytest.mark.parametrize("amount", [-10_001, adjusting.MOST])
def test_a_balance_stays_within_its_bounds(owner, amount):
    with scope(owner), pytest.raises(adjusting.CannotAdjust):
        adjusting.adjust(owner, amount, reason="No")
    assert balance_of(owner) == 10_000


@pytest.mark.django_db(transaction=True)
def test_a_balance_is_set_exactly_among_answers_that_begin_and_end(owner):
    def work(number: int) -> None:
        with scope(owner):
            if number % 4 == 0:
                adjusting.set_balance(owner, 1_000, reason="Again")
            elif number % 4 == 1:
                credits.reserve(owner.pk, Charge(3))
            else:
                credits.settle(credits.reserve(owner.pk, Charge(2)), 1)
        connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(64)))
    with system():
        assert ledger_check.differences() == []
        assert Reservation.objects.filter(state="held").count() == 16
        noted = AuditLog.objects.filter(action="credits.adjust")
        assert {row.metadata["balance"][1] for row in noted} == {1_000}
    assert 1_000 - 16 * 3 - 32 <= balance_of(owner) <= 1_000
