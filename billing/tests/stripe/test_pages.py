"""What a person does on Settings → Plan, carried out at Stripe."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client

from accounts.models import AuditLog
from accounts.tenancy import scope
from billing.models import CreditPack, Plan

pytestmark = pytest.mark.django_db
PLAN = "/settings/plan/"


@pytest.fixture
def signed_in(client, payer):
    client.force_login(payer.user)
    return client


def address_of(response) -> str:
    """Where a page leads that is left by itself: a redirect would be held by form-action."""
    page = response.content.decode()
    link = re.search(r'<a class="button button-primary" href="([^"]+)"', page)
    assert response.status_code == 200
    assert f'content="0; url={link[1]}"' in page
    return unescape(link[1])


def post(client, act: str) -> str:
    """The sentence that it is answered with."""
    response = client.post(PLAN + act, follow=True)
    return " ".join(str(message) for message in response.context["messages"])


def acts_of(user) -> list[str]:
    with scope(user):
        found = AuditLog.objects.filter(owner_id=user.pk, action__startswith="billing.")
        return sorted(found.values_list("action", flat=True))


def test_a_plan_is_bought_changed_ended_and_resumed(signed_in, payer):
    pro, enterprise = (Plan.objects.get(name=name) for name in ("pro", "enterprise"))
    url = address_of(signed_in.post(f"{PLAN}{pro.pk}/subscribe/"))
    back = payer.server.press(url, "pay")
    assert "Being confirmed" in signed_in.get(back).content.decode()
    payer.hear()
    assert "You are on Pro now." in signed_in.get(back).content.decode()
    page = signed_in.get(PLAN).content.decode()
    assert "20 USD" in page
    assert "PDF of invoice" in page

    signed_in.post(f"{PLAN}{enterprise.pk}/change/")
    assert payer.standing[0] == "enterprise"
    assert "ends with its period" in post(signed_in, "cancel/")
    assert payer.row.cancel_at_period_end
    assert "Resume" in signed_in.get(PLAN).content.decode()
    assert "goes on" in post(signed_in, "resume/")
    assert not payer.row.cancel_at_period_end
    signed_in.post(f"{PLAN}{pro.pk}/change/")
    assert "and on Pro from then on" in " ".join(signed_in.get(PLAN).content.decode().split())
    signed_in.post(f"{PLAN}{enterprise.pk}/change/")
    assert payer.row.next_plan is None
    did = ["cancel", "checkout", "downgrade", "downgrade", "resume", "upgrade"]
    assert acts_of(payer.user) == [f"billing.{act}" for act in did]


def test_credits_are_bought(signed_in, payer):
    pack = CreditPack.objects.get()
    url = address_of(signed_in.post(f"{PLAN}packs/{pack.pk}/buy/"))
    back = payer.server.press(url, "pay")
    payer.hear()
    assert "5,000 credits are yours." in signed_in.get(back).content.decode()
    assert payer.standing == ("free", "active", 15_000)


def test_the_portal_is_the_persons_own(signed_in, payer, client, outsider):
    payer.subscribe("pro")
    assert payer.server.url in address_of(signed_in.post(f"{PLAN}portal/"))
    client.force_login(outsider)
    assert "not bought anything" in post(client, "portal/")
    assert "no paid plan" in post(client, "cancel/")
    assert payer.standing[0] == "pro"


def test_stripe_may_be_down_and_the_page_is_there(signed_in, payer):
    payer.subscribe("pro")
    payer.server.is_down = True
    page = signed_in.get(PLAN).content.decode()
    assert "PDF of invoice" in page
    assert "Stripe does not answer at the moment" in post(signed_in, "cancel/")
    assert (payer.row.cancel_at_period_end, payer.standing[0]) == (False, "pro")


def test_a_declined_card_is_said_and_changes_nothing(signed_in, payer):
    payer.subscribe("pro")
    payer.book.declined.add(payer.customer)
    enterprise = Plan.objects.get(name="enterprise")
    assert "declined" in post(signed_in, f"{enterprise.pk}/change/")
    assert payer.standing[0] == "pro"


def test_a_form_without_its_token_is_refused(payer):
    client = Client(enforce_csrf_checks=True)
    client.force_login(payer.user)
    payer.subscribe("pro")
    assert client.post(f"{PLAN}cancel/").status_code == 403
    assert not payer.row.cancel_at_period_end
