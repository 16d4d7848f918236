"""The plans as anybody sees them."""

from __future__ import annotations

import pytest

from accounts.tenancy import system
from billing.models import Plan

pytestmark = pytest.mark.django_db


def shown(client, path: str = "/pricing/") -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_strangers_see_every_limit_of_every_plan_on_offer(client):
    with system():
        Plan.objects.filter(name="pro").update(document_limit=12_345, price_monthly=29)
        Plan.objects.create(name="hidden", is_active=False)
    html = shown(client)
    for told in ("12,345", "29", "Enterprise", "no limit", "2.0\xa0GB", "Conversations answered"):
        assert told in html
    assert "Hidden" not in html


def test_the_landing_page_shows_the_plans_too(client):
    html = shown(client, "/")
    assert ("Enterprise" in html, 'href="/pricing/"' in html) == (True, True)


def test_who_is_signed_in_sees_which_plan_is_theirs(client, owner):
    client.force_login(owner)
    html = shown(client)
    assert html.count("Your plan") == 1
    assert 'href="/settings/plan/"' in html


def test_a_server_without_plans_on_offer_says_so(client):
    with system():
        Plan.objects.update(is_active=False)
    assert "No plan is on offer" in shown(client)
    assert "Every limit" not in shown(client)


def test_it_costs_one_query_however_many_plans(client, django_assert_num_queries):
    with system():
        for number in range(5):
            Plan.objects.create(name=f"plan {number}", price_monthly=number)
    with django_assert_num_queries(1):
        shown(client)
