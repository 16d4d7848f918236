"""Staff write plans and packs in words; what people are on stays."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission

from accounts.audit import AuditLog
from accounts.staff_lists import list_of, page_of
from accounts.tenancy import scope, system
from billing.models import CreditPack, Plan, Subscription

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client, make_user):
    person = make_user("administrator", is_staff=True, is_superuser=True)
    client.force_login(person)
    return person


TEAM = {
    "name": "team",
    "description": "For a few.",
    "is_active": "on",
    "price_monthly": "50",
    "currency": "EUR",
    "stripe_price_id": "price_team",
    "trial_days": "14",
    "credits_monthly": "5000",
    "token_limit_daily": "",
    "document_limit": "10",
    "attachment_limit": "2",
    "storage": "1.5",
    "session_limit": "3",
    "member_limit": "0",
    "api": "on",
    "models": "gemini/\nopenai/gpt-5\ngemini/",
}


def said(page) -> str:
    return " ".join(str(message) for message in page.context["messages"])


def test_a_plan_is_written_with_boxes_and_lists(client, administrator):
    assert client.post(f"{list_of(Plan)}add/", TEAM).status_code == 302
    plan = Plan.objects.get(name="team")
    assert (plan.storage_limit, plan.token_limit_daily, plan.member_limit) == (3 * 2**29, None, 0)
    assert (plan.currency, plan.stripe_price_id) == ("eur", "price_team")
    assert plan.features == {
        "widget_branding": False,
        "api": True,
        "workflows": False,
        "models": ["gemini/", "openai/gpt-5"],
    }
    shown = client.get(page_of(Plan, plan.pk)).context["adminform"].form
    assert (shown["storage"].value(), shown["models"].value()) == ("1.5", "gemini/\nopenai/gpt-5")
    assert (shown["api"].value(), shown["workflows"].value()) == (True, False)


def test_a_changed_price_is_noted_and_what_stripe_asks_is_said(client, administrator):
    client.post(f"{list_of(Plan)}add/", TEAM)
    plan = Plan.objects.get(name="team")
    changed = {**TEAM, "price_monthly": "60", "name": "renamed", "models": ""}
    page = client.post(page_of(Plan, plan.pk), changed, follow=True)
    assert "Stripe still asks what its price price_team says" in said(page)
    plan.refresh_from_db()
    assert (plan.name, plan.features["models"]) == ("team", None)
    with scope(administrator):
        noted = AuditLog.objects.get(action="plan.change")
    assert noted.actor_id == administrator.pk
    assert noted.metadata["price_monthly"] == ["50.00", "60.00"]
    assert set(noted.metadata) == {"price_monthly", "features"}


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("document_limit", "-1"),
        ("price_monthly", "-1"),
        ("currency", "€"),
        ("storage", "-1"),
        ("name", "free"),
    ],
)
def test_what_makes_no_sense_is_refused_beside_its_field(client, administrator, field, wrong):
    page = client.post(f"{list_of(Plan)}add/", {**TEAM, field: wrong})
    assert list(page.context["adminform"].form.errors) == [field]
    assert not Plan.objects.filter(name="team").exists()


def test_a_price_in_stripe_sells_one_thing(client, administrator):
    with system():
        CreditPack.objects.create(name="Small", credits=1, price=1, stripe_price_id="price_team")
    page = client.post(f"{list_of(Plan)}add/", TEAM)
    assert page.context["adminform"].form.errors == {
        "stripe_price_id": ["Small has this price already."]
    }


def test_a_plan_in_use_is_kept_and_says_who_is_on_it(client, administrator, owner):
    client.post(f"{list_of(Plan)}add/", TEAM)
    plan = Plan.objects.get(name="team")
    with system():
        Subscription.objects.filter(user=owner).update(plan=plan)
    delete = page_of(Plan, plan.pk).replace("/change/", "/delete/")
    for send in (client.get, client.post):
        refused = send(delete, {"post": "yes"} if send == client.post else {}, follow=True)
        assert "team cannot be deleted: 1 person is on it." in said(refused)
    with system():  # and who will be on it
        free = Plan.objects.get(name="free")
        Subscription.objects.filter(user=owner).update(plan=free, next_plan=plan)
    assert "1 person is on it" in said(client.post(delete, {"post": "yes"}, follow=True))
    with system():
        Subscription.objects.filter(user=owner).update(next_plan=None)
    client.post(delete, {"post": "yes"})
    assert not Plan.objects.filter(name="team").exists()
    with scope(administrator):
        assert AuditLog.objects.get(action="plan.delete").metadata == {"name": "team"}


def test_the_plans_of_the_house_stay_and_none_goes_by_the_list(client, administrator):
    pro = Plan.objects.get(name="pro")
    delete = page_of(Plan, pro.pk).replace("/change/", "/delete/")
    assert "Make it inactive instead" in said(client.post(delete, {"post": "yes"}, follow=True))
    picked = {"action": "delete_selected", "_selected_action": str(pro.pk), "post": "yes"}
    client.post(list_of(Plan), picked)
    assert Plan.objects.filter(pk=pro.pk).exists()


def test_staff_who_may_only_look_change_nothing(client, make_user):
    staff = make_user("staff", is_staff=True)
    staff.user_permissions.add(Permission.objects.get(codename="view_plan"))
    client.force_login(staff)
    pro = Plan.objects.get(name="pro")
    assert str(50 * 2**30) in client.get(page_of(Plan, pro.pk)).content.decode()
    assert client.post(page_of(Plan, pro.pk), {**TEAM, "name": "pro"}).status_code == 403
    pro.refresh_from_db()
    assert pro.currency == "usd"


def test_a_pack_of_credits_is_sold_or_not_but_never_deleted(client, administrator):
    pack = {"name": "Small", "credits": "1000", "price": "5", "currency": "usd", "is_active": "on"}
    assert client.post(f"{list_of(CreditPack)}add/", pack).status_code == 302
    kept = CreditPack.objects.get()
    assert (kept.credits, kept.stripe_price_id) == (1000, None)
    client.post(page_of(CreditPack, kept.pk), {**pack, "is_active": ""})
    delete = page_of(CreditPack, kept.pk).replace("/change/", "/delete/")
    assert client.post(delete, {"post": "yes"}).status_code == 403
    kept.refresh_from_db()
    assert not kept.is_active
    wrong = {**pack, "name": "None", "credits": "0"}
    page = client.post(f"{list_of(CreditPack)}add/", wrong)
    assert page.context["adminform"].form.errors
    assert CreditPack.objects.count() == 1
