"""Staff act on somebody's plan and credits: with a reason, after a look, once."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission

from accounts.audit import AuditLog
from accounts.models import User
from accounts.staff_lists import list_of, page_of
from accounts.tenancy import scope
from billing import credits
from billing.charges import Charge
from billing.models import CreditBalance, CreditChange, Plan, Subscription

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client, make_user):
    person = make_user("administrator", is_staff=True, is_superuser=True)
    client.force_login(person)
    return person


def page_for(person: User) -> str:
    with scope(person):
        return page_of(Subscription, Subscription.objects.get().pk)


def act_page(person: User, name: str) -> str:
    return page_for(person).replace("/change/", f"/do/{name}/")


def filled(client, page: str, **answers) -> dict:
    """The form as it is shown, filled in."""
    form = client.get(page).context["form"]
    shown = {field.html_name: field.value() for field in form}
    return {name: value for name, value in shown.items() if value is not None} | answers


def allow(staff: User, codename: str) -> None:
    ours = Permission.objects.filter(content_type__app_label="billing")
    staff.user_permissions.add(ours.get(codename=codename))


def balance_of(person: User) -> int:
    with scope(person):
        return CreditBalance.objects.get().balance


def test_credits_are_given_after_a_look_and_once_however_often_it_is_sent(
    client, administrator, owner
):
    page = act_page(owner, "credits")
    wanted = filled(client, page, amount="500", reason="They waited.")
    look = client.post(page, wanted)
    assert [tuple(effect) for effect in look.context["effects"]] == [
        ("Credits left", "10,000", "10,500")
    ]
    assert balance_of(owner) == 10_000
    for _again in range(2):
        client.post(page, {**wanted, "confirmed": "yes"})
    assert balance_of(owner) == 10_500
    with scope(owner):
        change = CreditChange.objects.get(actor_id=administrator.pk)
        assert (change.amount, change.kind, change.reason) == (500, "grant", "They waited.")
        noted = AuditLog.objects.get(action="credits.adjust")
        assert (noted.actor_id, noted.owner_id) == (administrator.pk, owner.pk)
        assert noted.metadata == {"balance": [10_000, 10_500], "reason": "They waited."}


def test_no_more_credits_are_taken_than_there_are(client, administrator, owner):
    page = act_page(owner, "credits")
    for amount, error in (("-10001", "They have 10,000 credits."), ("0", "0 changes nothing.")):
        refused = client.post(page, filled(client, page, amount=amount, reason="No."))
        assert error in str(refused.context["form"].errors["amount"])
    wanted = filled(client, page, amount="-10000", reason="Spam.")
    client.post(page, wanted)
    with scope(owner):  # meanwhile they ask
        credits.reserve(owner.pk, Charge(1))
    refused = client.post(page, {**wanted, "confirmed": "yes"})
    assert "They have 9,999 credits." in str(refused.context["form"].errors)
    assert balance_of(owner) == 9_999
    wanted["amount"] = "-9999"
    client.post(page, {**wanted, "confirmed": "yes"})
    assert balance_of(owner) == 0


def test_a_plan_is_changed_after_a_look_with_a_reason(client, administrator, owner):
    page = act_page(owner, "plan")
    pro = Plan.objects.get(name="pro")
    assert client.post(page, filled(client, page, plan=str(pro.pk))).context["form"].errors == {
        "reason": ["This field is required."]
    }
    wanted = filled(client, page, plan=str(pro.pk), reason="A gift.")
    look = client.post(page, wanted)
    assert tuple(look.context["effects"][0]) == ("Plan", "free", "pro")
    assert User.objects.get(pk=owner.pk).tier == "free"
    client.post(page, {**wanted, "confirmed": "yes"})
    assert User.objects.get(pk=owner.pk).tier == "pro"
    with scope(owner):
        noted = AuditLog.objects.get(action="subscription.plan")
    assert (noted.actor_id, noted.metadata["reason"]) == (administrator.pk, "A gift.")
    late = client.post(page, {**wanted, "confirmed": "yes"})
    assert "Meanwhile they were put on pro." in str(late.context["form"].errors)


def test_the_page_shows_the_row_and_leads_to_everything_of_its_person(client, administrator, owner):
    page = client.get(page_for(owner))
    lines = {line.what: line.ours for line in page.context["compared"].lines}
    assert (lines["Plan"], lines["Status"], lines["Ends with the period"]) == (
        *("free", "active", "no"),
    )
    assert "Stripe is not set up here" in page.content.decode()
    links = {str(name): (count, url) for name, count, url in page.context["see_also"]}
    assert links["credit changes"][0] == 1
    for _count, url in links.values():
        assert client.get(url).status_code == 200
    person = client.get(page_of(User, owner.pk))
    assert page_for(owner) in person.content.decode()
    assert f"{list_of(Subscription)}?user={owner.pk}" in person.content.decode()


def test_the_balance_is_shown_beside_the_sum_of_its_ledger(client, administrator, owner):
    page = client.get(page_of(CreditBalance, owner.pk)).content.decode()
    assert "10,000, equal" in page


def test_the_row_itself_is_not_edited_and_acts_need_their_rights(client, make_user, owner):
    staff = make_user("staff", is_staff=True)
    allow(staff, "view_subscription")
    client.force_login(staff)
    page = page_for(owner)
    assert "/do/" not in client.get(page).content.decode()
    for address in (act_page(owner, "plan"), act_page(owner, "credits")):
        assert client.get(address).status_code == 403
    assert client.post(page.replace("/change/", "/resync/")).status_code == 403
    allow(staff, "change_subscription")
    pro = str(Plan.objects.get(name="pro").pk)
    assert client.post(page, {"plan": pro, "status": "active"}).status_code == 403
    assert client.get(act_page(owner, "credits")).status_code == 403
    assert client.get(act_page(owner, "plan")).status_code == 200
    assert User.objects.get(pk=owner.pk).tier == "free"


def test_acts_that_are_none_and_people_who_are_none_are_not_found(client, administrator, owner):
    assert client.get(act_page(owner, "erase")).status_code == 404
    nobody = act_page(owner, "plan").replace("subscription/", "subscription/0", 1)
    assert client.get(nobody).status_code == 404
    assert client.get(page_for(owner).replace("/change/", "/resync/")).status_code == 405
