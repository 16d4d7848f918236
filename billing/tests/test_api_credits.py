"""The ledger through the API, beside the balance."""

from zoneinfo import ZoneInfo

import pytest

from accounts.tenancy import scope
from billing import credits
from billing.credits import Charge
from billing.models import CreditBalance, CreditChange

pytestmark = pytest.mark.django_db
CREDITS = "/api/v1/credits/"
STATEMENTS = 8


@pytest.fixture
def spent(owner):
    """Of the first month's credits 10 on an answer, and 7 were granted besides."""
    with scope(owner):
        held = credits.reserve(owner.pk, Charge(30, reason="answer"))
        credits.settle(held, 10)
        credits.grant(owner.pk, 7, reason="sorry", reference="ticket:7")
        return CreditChange.objects.get(kind="grant", reference__startswith="period:").amount


def test_the_balance_is_that_of_the_row_and_the_ledger_adds_up_to_it(api, owner, spent):
    told = api.get(CREDITS).json()
    assert told["balance"] == sum(row["amount"] for row in told["results"]) == spent - 3
    assert [(row["kind"], row["amount"], row["reason"]) for row in told["results"]] == [
        ("grant", 7, "sorry"),
        ("settle", 20, ""),
        ("reserve", -30, "answer"),
        ("grant", spent, "free plan"),
    ]
    grant, settled, reserved, _month = told["results"]
    assert (grant["reference"], grant["reservation"]) == ("ticket:7", None)
    assert settled["reservation"] == reserved["reservation"] is not None


def test_each_page_has_the_whole_balance(api, spent):
    first = api.get(CREDITS, {"limit": 2}).json()
    rest = api.get(first["next"]).json()
    assert (first["balance"], rest["balance"], rest["next"]) == (spent - 3, spent - 3, None)
    assert [row["kind"] for row in rest["results"]] == ["reserve", "grant"]


def test_one_kind_and_one_day_can_be_asked_for(api, owner, spent):
    told = api.get(CREDITS, {"kind": "grant", "ordering": "created_at"}).json()
    assert [row["amount"] for row in told["results"]] == [spent, 7]
    assert told["balance"] == spent - 3
    assert api.get(CREDITS, {"to": "2026-01-01"}).json()["results"] == []
    assert len(api.get(CREDITS, {"from": "2026-01-01"}).json()["results"]) == 4
    assert api.get(CREDITS, {"kind": "gift"}).json()["errors"].keys() == {"kind"}


def test_days_are_those_of_the_persons_time_zone(api, owner, spent):
    owner.timezone = "Pacific/Kiritimati"  # 14 hours before UTC
    owner.save()
    with scope(owner):
        first = CreditChange.objects.earliest("created_at")
    there = first.created_at.astimezone(ZoneInfo(owner.timezone)).date().isoformat()
    told = api.get(CREDITS, {"from": there, "to": there}).json()
    assert len(told["results"]) == 4


def test_another_persons_credits_are_not_seen(outsiders_api, outsider, spent):
    told = outsiders_api.get(CREDITS).json()
    assert (told["balance"], [row["kind"] for row in told["results"]]) == (spent, ["grant"])


def test_a_long_ledger_is_not_added_up(api, owner, spent, django_assert_num_queries):
    """One for the balance, one for the page; the others find the key and set the scope."""
    api.get(CREDITS)
    with django_assert_num_queries(STATEMENTS) as asked:
        api.get(CREDITS, {"limit": 1})
    assert not [query for query in asked.captured_queries if "SUM(" in query["sql"]]


def test_the_ledger_can_be_read_and_nothing_else(api, owner, spent):
    for method in (api.post, api.patch, api.delete):
        assert method(CREDITS, {"amount": 5}).status_code == 405
    with scope(owner):
        assert CreditBalance.objects.get(owner=owner).balance == spent - 3
