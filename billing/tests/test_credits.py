"""Credits: held, settled, granted and renewed exactly; the ledger's sum is the balance."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.db.models import Sum
from django.utils import timezone

from accounts.tenancy import scope, system
from billing import adjusting, credits, periods, prices
from billing.charges import Charge
from billing.models import (
    CreditBalance,
    CreditChange,
    Plan,
    PriceRule,
    Reservation,
    Subscription,
    VisitorSpending,
)
from billing.refusals import QuotaExceeded

pytestmark = pytest.mark.django_db
FREE_CREDITS = 10_000


def give(owner, wanted: int) -> None:
    with system():
        adjusting.set_balance(owner, wanted, reason="test")


def standing(owner) -> tuple[int, int, int, int]:
    """Balance, used, running, tokens held; the ledger must sum to the first."""
    with scope(owner):
        held = CreditBalance.objects.get(owner=owner)
        ledger = CreditChange.objects.for_user(owner).aggregate(total=Sum("amount"))["total"]
    assert held.balance == (ledger or 0)
    return held.balance, held.used, held.running, held.tokens_held


def reserve(owner, most: int, **more):
    with scope(owner):
        return credits.reserve(owner.pk, Charge(most, **more))


def settle(owner, reservation, actual: int) -> bool:
    with scope(owner):
        return credits.settle(reservation, actual)


def refusal(owner, most: int, **more) -> QuotaExceeded:
    with pytest.raises(QuotaExceeded) as told:
        reserve(owner, most, **more)
    return told.value


def test_everybody_begins_with_a_months_credits(owner):
    assert standing(owner) == (FREE_CREDITS, 0, 0, 0)
    with scope(owner):
        held = Subscription.objects.get()
        assert held.credits_limit == FREE_CREDITS
        assert held.current_period_end > timezone.now() + dt.timedelta(days=27)


def test_the_most_is_held_and_the_rest_comes_back_once(owner):
    held = reserve(owner, 30, tokens=500)
    assert standing(owner) == (FREE_CREDITS - 30, 30, 1, 500)
    assert [settle(owner, held, 12), settle(owner, held, 0)] == [True, False]
    assert standing(owner) == (FREE_CREDITS - 12, 12, 0, 0)


def test_nothing_costs_more_than_was_held(owner):
    settle(owner, reserve(owner, 5), 50)
    assert standing(owner) == (FREE_CREDITS - 5, 5, 0, 0)


def test_who_has_too_few_is_told_so_and_nothing_is_held(owner):
    give(owner, 7)
    told = refusal(owner, 8)
    assert (told.limit, told.value, told.left) == ("credits", FREE_CREDITS, 7)
    with scope(owner):
        assert told.resets_at == Subscription.objects.get().current_period_end
    assert standing(owner) == (7, 0, 0, 0)
    settle(owner, reserve(owner, 7), 7)
    assert standing(owner) == (0, 7, 0, 0)


def test_conversations_answered_at_once_are_limited(owner):
    with system():
        Plan.objects.update(session_limit=2)
    first, _second = reserve(owner, 1), reserve(owner, 1)
    assert refusal(owner, 1).limit == "session_limit"
    settle(owner, first, 1)
    reserve(owner, 1)
    assert standing(owner)[2] == 2


def test_of_the_days_tokens_no_more_is_held_than_is_left(owner):
    with system():
        Plan.objects.update(token_limit_daily=1_000)
    first = reserve(owner, 1, tokens=700)
    second = reserve(owner, 1, tokens=700)
    assert standing(owner)[3] == 1_000
    assert refusal(owner, 1, tokens=1).limit == "token_limit_daily"
    settle(owner, first, 1)
    with scope(owner):
        assert credits.hold_tokens(second, 900) == 900
        assert credits.hold_tokens(second, 5_000) == 1_000
        assert credits.hold_tokens(second, 10) == 1_000
    settle(owner, second, 1)
    assert standing(owner)[3] == 0


def test_visitors_of_a_chatbot_spend_no_more_than_its_cap(owner):
    chatbot = uuid4()
    asked = {"chatbot_id": chatbot, "cap": 10}
    first = reserve(owner, 6, **asked)
    told = refusal(owner, 6, **asked)
    assert (told.limit, told.value, told.left) == ("visitor_credits_daily", 10, 4)
    settle(owner, first, 2)
    settle(owner, reserve(owner, 6, **asked), 6)
    reserve(owner, 50, chatbot_id=chatbot)  # its owner has no cap
    with scope(owner):
        assert VisitorSpending.objects.get().credits == 8
    assert standing(owner)[:2] == (FREE_CREDITS - 58, 58)


def test_those_who_ask_somebody_elses_chatbot_learn_nothing_of_the_plan(owner):
    give(owner, 7)
    told = refusal(owner, 8, by_owner=False)
    assert (told.limit, told.value, told.left, told.resets_at) == ("credits", 0, 0, None)
    assert "7" not in told.detail


def test_what_a_dead_process_held_is_given_back(owner):
    reserve(owner, 40, tokens=9)
    with system():
        assert credits.settle_expired() == 0
        Reservation.objects.update(expires_at=timezone.now())
        assert credits.settle_expired() == 1
    assert standing(owner) == (FREE_CREDITS, 0, 0, 0)


def test_a_grant_with_a_reference_happens_once(owner):
    with system():
        done = [
            credits.grant(owner.pk, 500, kind="top_up", reference="checkout:1") for _ in range(3)
        ]
    assert done == [True, False, False]
    assert standing(owner)[0] == FREE_CREDITS + 500


def test_no_balance_falls_below_nothing(owner):
    with pytest.raises(IntegrityError), system():
        credits.grant(owner.pk, -FREE_CREDITS - 1, reason="too much")
    assert standing(owner)[0] == FREE_CREDITS


def test_the_application_changes_no_balance_but_by_the_ledger(owner):
    for column in ("balance", "used"):
        with pytest.raises(ProgrammingError), scope(owner), connection.cursor() as cursor:
            cursor.execute(f"UPDATE billing_creditbalance SET {column} = 99")
    with pytest.raises(ProgrammingError), scope(owner):
        CreditChange.objects.update(amount=99)


def test_another_person_neither_sees_nor_settles(owner, outsider):
    held = reserve(owner, 30)
    assert settle(outsider, held, 0) is False
    with scope(outsider):
        assert credits.hold_tokens(held, 100) == 0
        assert CreditBalance.objects.get().owner_id == outsider.pk
        with pytest.raises(QuotaExceeded), transaction.atomic():
            credits.reserve(owner.pk, Charge(1))
    assert standing(owner) == (FREE_CREDITS - 30, 30, 1, 0)


# -- Periods ---------------------------------------------------------------------------------


def due(owner, **more) -> Subscription:
    with system():
        Subscription.objects.filter(user=owner).update(
            current_period_end=timezone.now() - dt.timedelta(days=1), **more
        )
        return Subscription.objects.get(user=owner)


def test_a_new_period_grants_anew_and_keeps_what_was_bought(owner):
    settle(owner, reserve(owner, 4_000), 4_000)
    with system():
        credits.grant(owner.pk, 500, kind="top_up", reference="checkout:1")
    due(owner)
    assert [periods.renew_due(), periods.renew_due()] == [1, 0]
    assert standing(owner) == (FREE_CREDITS + 500, 0, 0, 0)
    with scope(owner):
        kinds = CreditChange.objects.order_by("created_at").values_list("kind", "amount")
        assert list(kinds)[-2:] == [("expire", -6_000), ("grant", FREE_CREDITS)]


def test_what_was_bought_is_used_last(owner):
    with system():
        credits.grant(owner.pk, 500, kind="top_up", reference="checkout:1")
    settle(owner, reserve(owner, FREE_CREDITS + 200), FREE_CREDITS + 200)
    due(owner)
    periods.renew_due()
    assert standing(owner)[0] == FREE_CREDITS + 300


def test_months_nobody_renewed_grant_once(owner):
    with system():
        long_ago = timezone.now() - dt.timedelta(days=200)
        Subscription.objects.update(current_period_end=long_ago)
    assert periods.renew_due() == 1
    assert standing(owner)[0] == FREE_CREDITS
    with scope(owner):
        assert Subscription.objects.get().current_period_end > timezone.now()


def test_whom_stripe_bills_is_not_renewed_here(owner):
    due(owner, stripe_subscription_id="sub_1")
    assert periods.renew_due() == 0


@pytest.mark.parametrize(
    ("day", "later"), [("2027-01-31", "2027-02-28"), ("2026-12-15", "2027-01-15")]
)
def test_a_month_ends_where_the_shorter_one_does(day, later):
    moment = dt.datetime.fromisoformat(f"{day}T10:00:00+00:00")
    assert periods.next_month(moment).date().isoformat() == later


# -- Prices ----------------------------------------------------------------------------------


def rule(**fields) -> PriceRule:
    with system():
        return prices.change_price(PriceRule(kind="rag", **fields))


def test_the_closest_rule_counts(db):
    rule(model="openai/", credits_request=2)
    rule(model="openai/o4-mini", credits_output="1.5")
    models = ("extractive", "openai/gpt-5", "openai/o4-mini", "openai/o4-mini-high")
    found = [prices.price_of("rag", model).credits(100, 1_001) for model in models]
    assert found == [1, 2, 2, 2]
    assert prices.price_of("rag", "openai/gpt-5", own_key=True).credits(9_999, 9_999) == 0
    assert prices.price_of("embedding", "openai/x").credits(9_999, 9_999) == 0


def test_a_rule_is_closed_and_followed_never_edited(db):
    first = rule(model="openai/", credits_request=2)
    second = rule(model="openai/", credits_request=3)
    with system():
        first.refresh_from_db()
        assert first.valid_until == second.valid_from
        with pytest.raises(IntegrityError), transaction.atomic():
            PriceRule.objects.filter(pk=second.pk).update(credits_request=9)
        with pytest.raises(IntegrityError), transaction.atomic():
            PriceRule.objects.filter(pk=first.pk).update(valid_until=None)
    assert prices.price_of("rag", "openai/x").credits_request == 3
