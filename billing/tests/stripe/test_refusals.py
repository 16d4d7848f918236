"""What is refused changes nothing; and nobody reaches another's payments."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import PendingTask
from accounts.tenancy import scope, system
from billing.models import CreditPack, Plan, Subscription
from billing.stripe import changing, checkout, connection, owed, portal, syncing
from billing.stripe.errors import StripeRefused
from billing.stripe.invoices import invoices_of
from billing.tests.stripe.conftest import URLS, Payer

pytestmark = pytest.mark.django_db
RETURN = {"return_url": "https://chat.example.com/"}


@pytest.fixture
def other(payer, outsider) -> Payer:
    return Payer(outsider, payer.server)


def code_of(call, *arguments, **named) -> str:
    with pytest.raises(StripeRefused) as refused:
        call(*arguments, **named)
    assert refused.value.message.endswith(".")
    return refused.value.code


def plan(name: str) -> Plan:
    return Plan.objects.get(name=name)


def test_without_keys_nothing_is_asked(payer, settings):
    settings.STRIPE_SECRET_KEY = ""
    payer.book.objects.clear()
    user = payer.user
    refused = {
        code_of(checkout.begin_subscription, user, plan("pro"), **URLS),
        code_of(checkout.begin_top_up, user, CreditPack.objects.get(), **URLS),
        code_of(portal.open_portal, user, **RETURN),
    }
    assert refused == {"not_configured"}
    assert (owed.owe_all(), payer.server.requests) == (0, [])
    owed.work_off()
    assert payer.standing == ("free", "active", 10_000)


def test_with_stripe_down_nothing_is_done_and_one_may_try_again(payer):
    payer.subscribe("pro")
    payer.server.is_down = True
    with pytest.raises(StripeRefused) as refused:
        changing.change_plan(payer.user, plan("enterprise"))
    assert (refused.value.code, refused.value.is_temporary) == ("stripe_unavailable", True)
    owed.owe_all()
    with pytest.raises(StripeRefused):
        owed.work_off()
    with system():
        [task] = PendingTask.objects.filter(kind=owed.KIND)
    assert task.due_at > timezone.now() + timedelta(seconds=10)
    assert task.last_error.startswith("Stripe does not answer")
    payer.server.is_down = False
    with system():
        PendingTask.objects.update(due_at=timezone.now())
    owed.work_off()
    assert payer.standing == ("pro", "active", 100_000)
    with system():
        assert not PendingTask.objects.filter(kind=owed.KIND).exists()


def test_what_is_owed_while_we_look_is_looked_at_again(payer, monkeypatch):
    payer.subscribe("pro")
    looked = []

    def look(subscription: Subscription) -> None:
        looked.append(subscription.pk)
        if len(looked) == 1:
            with system():
                owed.owe_for_customer(payer.customer)

    owed.owe_all()
    monkeypatch.setattr(syncing, "sync", look)
    owed.work_off()
    assert looked == [payer.row.pk] * 2


def test_an_older_answer_never_follows_a_newer_one(payer, monkeypatch):
    payer.subscribe("pro")
    older = syncing.read(payer.customer)
    changing.cancel(payer.user)
    monkeypatch.setattr(syncing, "read", lambda customer: older)
    syncing.update(payer.row)
    assert payer.row.cancel_at_period_end


def test_the_key_goes_to_stripe_and_to_tests_alone():
    assert connection.is_allowed("https://api.stripe.com")
    assert connection.is_allowed("http://127.0.0.1:4242")
    for host in (
        *("https://api.stripe.com.example.com", "http://api.stripe.com", "http://10.0.0.1"),
        *("https://127.0.0.1", "http://127.0.0.1@example.com", "http://127.0.0.1/elsewhere", ""),
    ):
        assert not connection.is_allowed(host), host


def test_a_client_leaves_its_host_for_nobody(stripe_server):
    http = connection.OneHost(stripe_server.url)
    with pytest.raises(connection.stripe.APIConnectionError):
        http.request("GET", "http://127.0.0.1:9/v1/customers", {})
    assert stripe_server.requests == []


def test_only_what_is_for_sale_is_sold(payer):
    with system():
        Plan.objects.filter(name="enterprise").update(is_active=False)
        CreditPack.objects.update(stripe_price_id=None)
        pack = CreditPack.objects.get()
    for name in ("enterprise", "free"):
        assert code_of(checkout.begin_subscription, payer.user, plan(name), **URLS) == (
            "not_for_sale"
        )
    assert code_of(checkout.begin_top_up, payer.user, pack, **URLS) == "not_for_sale"
    assert payer.server.requests == []


def test_who_pays_already_changes_and_does_not_buy_again(payer):
    payer.subscribe("pro")
    for name in ("pro", "enterprise"):
        code = code_of(checkout.begin_subscription, payer.user, plan(name), **URLS)
        assert code == "already_subscribed"
    assert code_of(changing.change_plan, payer.user, plan("pro")) == "same_plan"


def test_who_pays_nothing_has_nothing_to_change(payer):
    for act in (changing.cancel, changing.resume):
        assert code_of(act, payer.user) == "not_subscribed"
    assert code_of(changing.change_plan, payer.user, plan("pro")) == "not_subscribed"
    assert code_of(portal.open_portal, payer.user, **RETURN) == "not_subscribed"


def test_a_button_pressed_twice_opens_one_page_and_another_tab_closes(payer):
    first = checkout.begin_subscription(payer.user, plan("pro"), **URLS)
    second = checkout.begin_subscription(payer.user, plan("enterprise"), **URLS)
    with pytest.raises(Exception, match="not open"):
        payer.server.press(first, "pay")
    payer.server.press(second, "pay")
    payer.hear()
    assert payer.standing[0] == "enterprise"
    assert len(list(payer.book.every("customer"))) == 1


def test_a_declined_card_at_checkout_leaves_one_free(payer):
    url = checkout.begin_subscription(payer.user, plan("pro"), **URLS)
    with pytest.raises(Exception, match="declined"):
        payer.server.press(url, "decline")
    payer.hear()
    assert payer.standing == ("free", "active", 10_000)
    payer.server.press(url, "pay")
    payer.hear()
    assert payer.standing == ("pro", "active", 100_000)


def test_the_price_is_our_rows_whatever_else_is_for_sale_there(payer):
    with system():
        price = plan("pro").stripe_price_id
        Plan.objects.filter(name="pro").update(stripe_price_id="price_of_a_stranger")
    assert code_of(checkout.begin_subscription, payer.user, plan("pro"), **URLS) == "stripe_error"
    [made] = [one for one in payer.server.requests if one[1].endswith("sessions") and one[2]][-1:]
    assert made[2]["line_items"] == [{"price": "price_of_a_stranger", "quantity": 1}]
    assert price not in str(made)
    assert payer.standing == ("free", "active", 10_000)


def test_a_subscription_to_something_else_is_none_of_our_plans(payer):
    payer.top_up()
    from tests.stripe_server import billing, pages

    price = pages.product(payer.book, "Something else", 1)
    billing.subscribe(payer.book, payer.customer, payer.book.objects[price], {}, 0)
    assert set(payer.hear()) == {200}
    assert payer.standing == ("free", "active", 15_000)
    assert payer.row.stripe_subscription_id is None


def test_a_plan_whose_price_staff_changed_stays_with_who_bought_it(payer):
    payer.subscribe("pro")
    with system():
        Plan.objects.filter(name="pro").update(stripe_price_id="price_newer")
    payer.days_pass(30.1)
    assert payer.standing == ("pro", "active", 100_000)


def test_two_people_never_meet_at_stripe(payer, other):
    """Not by customer, not by address, not by what sessions say of themselves."""
    payer.subscribe("pro")
    payer.top_up()
    before = payer.standing
    with system():
        same = type(other.user).objects.filter(pk=other.user.pk)
        payer.book.objects[payer.customer]["email"] = other.user.email
        payer.book.objects[payer.customer]["metadata"] = {"user": str(other.user.pk)}
        for one in payer.book.every("checkout.session"):
            one["client_reference_id"] = str(other.user.pk)
        assert same.exists()
    other.heard = len(payer.book.events)
    other.top_up()
    assert other.customer != payer.customer
    assert other.standing == ("free", "active", 15_000)
    assert code_of(changing.cancel, other.user) == "not_subscribed"
    with scope(other.user):
        assert [invoice.total for invoice in invoices_of(other.user)] == [5]
    owed.owe_all()
    owed.work_off()
    assert payer.standing == before


def test_a_session_paid_for_somebody_else_gives_nobody_credits(payer, other):
    payer.top_up()
    other.heard = len(payer.book.events)
    other.top_up()
    theirs = next(payer.book.every("checkout.session", customer=other.customer))
    theirs["metadata"]["user"] = str(payer.user.pk)
    for session in payer.book.every("checkout.session", customer=payer.customer):
        session["metadata"]["credits"] = "1000000"  # changed after it was granted
    owed.owe_all()
    with system():
        Subscription.objects.update(synced_at=None)
    owed.owe_all()
    owed.work_off()
    assert (payer.standing[2], other.standing[2]) == (15_000, 15_000)


def test_a_plan_given_by_staff_is_theirs_to_take(payer):
    from billing.plans import set_plan

    payer.top_up()
    with system():
        set_plan(payer.row, plan("enterprise"), reason="A friend.")
    owed.owe_all()
    with system():
        Subscription.objects.update(synced_at=None)
    owed.owe_all()
    owed.work_off()
    assert payer.standing[0] == "enterprise"


def test_tax_is_left_to_stripe_where_that_is_chosen(payer, settings):
    settings.STRIPE_AUTOMATIC_TAX = True
    checkout.begin_subscription(payer.user, plan("pro"), **URLS)
    asked = next(given for _m, path, given in payer.server.requests if "mode" in given)
    assert asked["automatic_tax"] == {"enabled": True}
    assert asked["customer_update"] == {"address": "auto"}
