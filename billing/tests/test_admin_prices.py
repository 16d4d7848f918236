"""Prices are added and closed by staff, and edited by nobody."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError

from accounts.audit import AuditLog
from accounts.staff_lists import list_of, page_of
from accounts.tenancy import scope, system
from billing import prices
from billing.models import PriceRule, RequestType

pytestmark = pytest.mark.django_db
NEW = {
    "model": "",
    "kind": "rag",
    "credits_request": "2",
    "credits_input": "0.5",
    "credits_output": "1.25",
    "currency": "USD",
    "cost_input": "0.3",
    "cost_output": "2.5",
}


@pytest.fixture
def administrator(client, make_user):
    person = make_user("administrator", is_staff=True, is_superuser=True)
    client.force_login(person)
    prices.forget()
    yield person
    prices.forget()


def open_rule() -> PriceRule:
    return PriceRule.objects.get(kind="rag", model="", valid_until=None)


def test_a_new_price_takes_the_place_of_the_open_one_at_that_moment(client, administrator):
    before = open_rule()
    assert client.post(f"{list_of(PriceRule)}add/", NEW).status_code == 302
    after = open_rule()
    before.refresh_from_db()
    assert before.valid_until == after.valid_from
    assert (after.credits_request, after.credits_output) == (2, Decimal("1.25"))
    assert prices.price_of(RequestType.RAG, "any").rule == after.pk
    with scope(administrator):
        noted = AuditLog.objects.get(action="pricerule.create")
    assert (noted.resource_id, noted.metadata["credits_request"]) == (after.pk, "2")
    shown = client.get(list_of(PriceRule)).context["cl"].result_list
    assert list(shown)[-1] == before  # what is open comes first


def test_closing_asks_first_and_says_what_counts_then(client, administrator):
    client.post(f"{list_of(PriceRule)}add/", {**NEW, "model": "gemini/"})
    rule = PriceRule.objects.get(model="gemini/")
    close = page_of(PriceRule, rule.pk).replace("/change/", "/close/")
    assert "the price for any model counts here too" in client.get(close).content.decode()
    rule.refresh_from_db()
    assert rule.valid_until is None
    client.post(close)
    rule.refresh_from_db()
    assert rule.valid_until is not None
    assert prices.price_of(RequestType.RAG, "gemini/x").rule == open_rule().pk
    with scope(administrator):
        assert AuditLog.objects.get(action="pricerule.close").resource_id == rule.pk
    assert client.post(close).status_code == 404  # closed already
    last = page_of(PriceRule, open_rule().pk).replace("/change/", "/close/")
    assert "from now on these uses are free" in client.get(last).content.decode()


def test_nothing_else_of_a_price_can_be_changed_by_form_or_database(client, administrator):
    rule = open_rule()
    page = page_of(PriceRule, rule.pk)
    assert client.post(page, {**NEW, "credits_request": "9"}).status_code == 403
    delete = page.replace("/change/", "/delete/")
    assert client.post(delete, {"post": "yes"}).status_code == 403
    rule.refresh_from_db()
    assert rule.credits_request == 1
    with pytest.raises(IntegrityError, match="never edited"), system():
        PriceRule.objects.filter(pk=rule.pk).update(credits_request=9)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("model", "gemini/*"),
        ("currency", "dollars"),
        ("credits_request", "-1"),
        ("credits_input", "-1"),
        ("kind", "sleep"),
    ],
)
def test_what_makes_no_sense_is_no_price(client, administrator, field, wrong):
    page = client.post(f"{list_of(PriceRule)}add/", {**NEW, field: wrong})
    assert list(page.context["adminform"].form.errors) == [field]
    assert PriceRule.objects.filter(kind="rag").count() == 1


def test_credits_are_charged_for_answers_alone(client, administrator):
    """Nothing else reserves any, and a price that nobody pays would be a lie."""
    costs = {**NEW, "kind": "embedding", "credits_request": "0"}
    add = f"{list_of(PriceRule)}add/"
    assert client.post(add, costs).status_code == 200
    costs |= {"credits_input": "0", "credits_output": "0"}
    assert client.post(add, costs).status_code == 302
    assert PriceRule.objects.get(kind="embedding").cost_input == Decimal("0.3")


def test_prices_are_written_by_those_who_may(client, make_user):
    staff = make_user("staff", is_staff=True)
    staff.user_permissions.add(Permission.objects.get(codename="view_pricerule"))
    client.force_login(staff)
    close = page_of(PriceRule, open_rule().pk).replace("/change/", "/close/")
    assert client.post(f"{list_of(PriceRule)}add/", NEW).status_code == 403
    assert client.post(close).status_code == 403
    assert open_rule().credits_request == 1
