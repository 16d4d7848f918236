"""The life of a subscription, through dj-stripe's webhook view and the real stripe package."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.tenancy import scope, system
from billing.models import CreditChange, Plan, Subscription
from billing.stripe import changing, owed, portal
from billing.stripe.errors import StripeRefused
from billing.stripe.invoices import invoices_of

pytestmark = pytest.mark.django_db
FREE = ("free", "active", 10_000)


def paid(payer) -> list[tuple[Decimal, str]]:
    with scope(payer.user):
        return [(invoice.total, invoice.status) for invoice in invoices_of(payer.user)]


def press_in_portal(payer, button: str) -> None:
    url = portal.open_portal(payer.user, return_url="https://chat.example.com/")
    payer.server.press(url, button)
    payer.hear()


def test_a_whole_life_from_sign_up_to_free_again(payer):
    assert payer.standing == FREE
    payer.subscribe("pro")
    assert payer.standing == ("pro", "active", 100_000)
    assert payer.row.current_period_end - payer.row.current_period_start == timedelta(days=30)
    assert paid(payer) == [(Decimal(20), "paid")]

    payer.book.declined.add(payer.customer)
    payer.days_pass(31)  # renewed, and an hour later not paid
    assert payer.standing == ("pro", "past_due", 100_000)
    assert timedelta(days=6) < payer.row.grace_until - timezone.now() < timedelta(days=7)
    assert paid(payer) == [(Decimal(20), "open"), (Decimal(20), "paid")]

    payer.book.declined.clear()
    payer.days_pass(3)  # Stripe tries again
    assert payer.standing == ("pro", "active", 100_000)
    assert payer.row.grace_until is None
    assert paid(payer) == [(Decimal(20), "paid")] * 2

    payer.change("enterprise")
    assert payer.standing == ("enterprise", "active", 1_000_000)
    total, status = paid(payer)[0]
    assert (Decimal(150) < total < Decimal(170), status) == (True, "paid")  # of 27 days

    changing.cancel(payer.user)
    assert payer.row.cancel_at_period_end
    assert payer.standing == ("enterprise", "active", 1_000_000)
    payer.days_pass(27)
    assert payer.standing == ("free", "canceled", 10_000)
    assert payer.row.stripe_subscription_id is None


def test_the_person_gets_an_invoice_with_a_number_a_page_and_a_pdf(payer):
    payer.subscribe("pro")
    with scope(payer.user):
        [invoice] = invoices_of(payer.user)
    assert (invoice.number, invoice.currency) == ("KYRO-0001", "usd")
    assert invoice.hosted_url == f"https://invoice.stripe.com/i/{invoice.id}"
    assert invoice.pdf_url == f"{invoice.hosted_url}/pdf"


def test_a_renewal_gives_the_credits_of_a_month_once_it_is_paid(payer):
    payer.subscribe("pro")
    first = payer.row.current_period_end
    payer.days_pass(30)  # the invoice is a draft for an hour
    assert payer.row.current_period_end == first
    payer.days_pass(0.1)
    assert payer.row.current_period_end == first + timedelta(days=30)
    assert payer.standing == ("pro", "active", 100_000)
    with scope(payer.user):
        grants = CreditChange.objects.filter(reference__endswith=":pro", amount=100_000)
        assert grants.count() == 2


def test_a_trial_is_paid_at_its_end_and_given_once(payer):
    with system():
        Plan.objects.filter(name="pro").update(trial_days=14)
    payer.subscribe("pro")
    assert payer.standing == ("pro", "trialing", 100_000)
    assert payer.row.trial_end == payer.row.current_period_end
    assert (payer.row.had_trial, paid(payer)) == (True, [(Decimal(0), "paid")])
    payer.days_pass(14.1)
    assert payer.standing == ("pro", "active", 100_000)
    assert paid(payer)[0] == (Decimal(20), "paid")
    changing.cancel(payer.user)
    payer.days_pass(31)
    payer.subscribe("pro")
    assert payer.standing == ("pro", "active", 100_000)  # no second one
    assert payer.row.trial_end is None


def test_a_trial_that_nobody_pays_ends_in_free(payer):
    with system():
        Plan.objects.filter(name="pro").update(trial_days=14)
    payer.subscribe("pro")
    payer.book.declined.add(payer.customer)
    payer.days_pass(15)
    assert payer.standing[:2] == ("pro", "past_due")
    payer.days_pass(16)  # Stripe gives up after its last try
    assert payer.standing == ("free", "canceled", 10_000)


def test_after_the_days_of_grace_the_plan_is_free_until_it_is_paid(payer):
    payer.subscribe("pro")
    payer.book.declined.add(payer.customer)
    payer.days_pass(31)
    with system():
        Subscription.objects.update(grace_until=timezone.now() - timedelta(seconds=1))
    assert owed.owe_all() == 1
    payer.hear()
    assert payer.standing == ("free", "expired", 10_000)
    with pytest.raises(StripeRefused) as refused:  # not twice: the first one can be paid
        payer.subscribe("pro")
    assert refused.value.code == "payment_due"
    press_in_portal(payer, "pay_due")
    assert payer.standing == ("pro", "active", 100_000)


def test_a_downgrade_waits_for_the_end_of_what_is_paid(payer):
    payer.subscribe("enterprise")
    payer.change("pro")
    assert payer.standing == ("enterprise", "active", 1_000_000)
    assert payer.row.next_plan.name == "pro"
    assert len(paid(payer)) == 1  # nothing is paid back or charged
    payer.days_pass(30.1)
    assert payer.standing == ("pro", "active", 100_000)
    assert payer.row.next_plan is None
    assert paid(payer)[0] == (Decimal(20), "paid")


def test_a_downgrade_can_be_taken_back(payer):
    payer.subscribe("enterprise")
    payer.change("pro")
    payer.change("enterprise")
    assert (payer.row.next_plan, len(paid(payer))) == (None, 1)
    payer.days_pass(30.1)
    assert payer.standing == ("enterprise", "active", 1_000_000)


def test_a_cancellation_can_be_taken_back(payer):
    payer.subscribe("pro")
    changing.cancel(payer.user)
    changing.resume(payer.user)
    assert not payer.row.cancel_at_period_end
    payer.days_pass(30.1)
    assert payer.standing == ("pro", "active", 100_000)


def test_what_is_changed_in_the_portal_counts_here(payer):
    payer.subscribe("pro")
    press_in_portal(payer, "cancel")
    assert payer.row.cancel_at_period_end
    press_in_portal(payer, "resume")
    assert not payer.row.cancel_at_period_end
    with system():
        price = Plan.objects.get(name="enterprise").stripe_price_id
    press_in_portal(payer, price)
    assert payer.standing == ("enterprise", "active", 1_000_000)


def test_a_declined_upgrade_changes_nothing(payer):
    payer.subscribe("pro")
    payer.book.declined.add(payer.customer)
    with pytest.raises(StripeRefused) as refused:
        payer.change("enterprise")
    assert (refused.value.code, refused.value.is_temporary) == ("card_declined", False)
    payer.hear()
    assert payer.standing == ("pro", "active", 100_000)
    assert len(paid(payer)) == 1


def test_a_top_up_adds_its_credits_once_and_they_outlive_the_period(payer):
    payer.top_up()
    assert payer.standing == ("free", "active", 15_000)
    assert paid(payer) == [(Decimal(5), "paid")]
    for _again in range(3):
        owed.owe_all()
        with system():
            Subscription.objects.update(synced_at=None)
        payer.hear()
    assert payer.standing == ("free", "active", 15_000)
    payer.subscribe("pro")
    assert payer.standing == ("pro", "active", 105_000)
    payer.days_pass(30.1)
    assert payer.standing == ("pro", "active", 105_000)


def test_lost_events_are_made_good_by_the_hourly_look(payer):
    payer.subscribe("pro")
    payer.book.advance(31 * 86_400)
    payer.heard = len(payer.book.events)  # none of them ever comes
    assert owed.owe_all() == 1
    payer.hear()
    assert payer.row.current_period_start - payer.row.created_at > timedelta(days=29)


def test_who_closes_the_account_pays_no_more(payer):
    payer.subscribe("pro")
    with system():
        type(payer.user).objects.update(is_active=False, deleted_at=timezone.now())
    owed.owe_all()
    payer.hear()
    assert payer.standing == ("free", "canceled", 10_000)
    [subscription] = payer.book.every("subscription")
    assert subscription["status"] == "canceled"
