"""Staff see our row and Stripe's side by side, and bring the one up to the other."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry

from accounts.audit import AuditLog
from accounts.staff_lists import page_of
from accounts.tenancy import scope, system
from billing.models import Plan, Subscription

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client, make_user):
    person = make_user("administrator", is_staff=True, is_superuser=True)
    client.force_login(person)
    return person


def page_for(payer) -> str:
    return page_of(Subscription, payer.row.pk)


def lines(page) -> dict[str, tuple[str, str, bool]]:
    return {
        line.what: (line.ours, line.stripes, line.differs)
        for line in page.context["compared"].lines
    }


def test_what_is_equal_stands_side_by_side_with_invoices_and_events(client, administrator, payer):
    payer.subscribe("pro")
    page = client.get(page_for(payer))
    shown = lines(page)
    assert not page.context["compared"].differs
    assert shown["Plan"] == ("pro", "pro", False)
    assert shown["Status"] == ("active", "active", False)
    assert shown["Period ends"][0] == shown["Period ends"][1]
    assert shown["Subscription"][0] == payer.row.stripe_subscription_id
    assert "https://invoice.stripe.com/i/" in page.content.decode()
    events = client.get(page.context["events"]).context["cl"].result_list
    assert {trigger.event.data["object"]["customer"] for trigger in events} == {payer.customer}
    assert client.get(page_of(type(events[0]), events[0].pk)).status_code == 200


def test_a_difference_is_marked_and_asking_stripe_mends_and_tells_it(client, administrator, payer):
    payer.subscribe("pro")
    with system():
        free = Plan.objects.get(name="free")
        Subscription.objects.update(plan=free, status="past_due")
    page = client.get(page_for(payer))
    shown = lines(page)
    assert shown["Plan"] == ("free", "pro", True)
    assert shown["Status"] == ("past due", "active", True)
    assert [what for what, (_ours, _theirs, differs) in shown.items() if differs] == [
        *("Plan", "Status"),
    ]
    answer = client.post(page_for(payer).replace("/change/", "/resync/"), follow=True)
    [said] = [str(message) for message in answer.context["messages"]]
    assert said == "Changed by what Stripe says: plan: free → pro; status: past_due → active"
    assert payer.standing[:2] == ("pro", "active")
    with scope(payer.user):
        noted = AuditLog.objects.get(action="subscription.resync")
    assert (noted.actor_id, noted.metadata["plan"]) == (administrator.pk, ["free", "pro"])
    assert LogEntry.objects.get().change_message == said
    again = client.post(page_for(payer).replace("/change/", "/resync/"), follow=True)
    assert "Stripe says what stands here already." in again.content.decode()


def test_a_stripe_that_cannot_be_asked_is_told_and_changes_nothing(
    client, administrator, payer, settings, running_stripe
):
    payer.subscribe("pro")
    settings.STRIPE_SECRET_KEY = ""
    answer = client.post(page_for(payer).replace("/change/", "/resync/"), follow=True)
    assert payer.standing == ("pro", "active", 100_000)
    with scope(payer.user):
        assert not AuditLog.objects.filter(action="subscription.resync").exists()
    assert "Stripe is not set up here" in answer.content.decode()


def test_staff_are_warned_before_they_change_what_is_paid_through_stripe(
    client, administrator, payer
):
    payer.subscribe("pro")
    act = page_for(payer).replace("/change/", "/do/plan/")
    form = client.get(act).context["form"]
    free = str(Plan.objects.get(name="free").pk)
    wanted = {"plan": free, "reason": "They asked.", "seen": form["seen"].value()}
    look = client.post(act, wanted).content.decode()
    assert "Change the subscription in Stripe instead." in look
    assert payer.standing[0] == "pro"


def test_asking_stripe_is_for_staff_who_may_change_plans(client, owner, payer, make_user):
    payer.subscribe("pro")
    resync = page_for(payer).replace("/change/", "/resync/")
    assert client.post(resync)["Location"].startswith("/admin/login/")
    client.force_login(make_user("staff", is_staff=True))
    assert client.post(resync).status_code == 403
    client.force_login(owner)
    assert client.post(resync).status_code == 302
    with scope(owner):
        assert not AuditLog.objects.filter(action="subscription.resync").exists()
