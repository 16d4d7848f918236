"""Events as strangers, Stripe and bad luck send them: 400 and nothing, or the one right effect."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from djstripe.models import Event, WebhookEndpoint, WebhookEventTrigger

from accounts.models import PendingTask
from accounts.tenancy import system
from billing.models import CreditChange
from billing.stripe import checks, endpoint, forgetting, owed
from billing.tests.stripe.conftest import SECRET, post_event
from tests.stripe_server import events

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(payer):
    """Of a payment that we have not heard of."""
    payer.subscribe("pro")
    payer.book.advance(31 * 86_400)
    with system():
        PendingTask.objects.all().delete()
        Event.objects.all().delete()
        WebhookEventTrigger.objects.all().delete()
    return next(one for one in reversed(payer.book.events) if one["type"] == "invoice.paid")


def effects() -> tuple[int, int, int]:
    with system():
        owed_now = PendingTask.objects.filter(kind=owed.KIND).count()
        return owed_now, Event.objects.count(), WebhookEventTrigger.objects.count()


def test_a_signed_event_makes_us_owe_a_look(event):
    assert post_event(event).status_code == 200
    assert effects() == (1, 1, 1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"secret": "whsec_of_somebody_else"},
        {"secret": ""},
        {"age": 301},
        {"body": b'{"id": "evt_1", "livemode": false}'},
        {"body": b"\xff\xfe"},
        {"body": b"5"},
        {"Stripe-Signature": ""},
        {"Stripe-Signature": "t=1,v1=00"},
        {"Stripe-Signature": "t=x,v1="},
    ],
    ids=str,
)
def test_what_is_not_proved_has_no_effect(event, wrong):
    assert post_event(event, **wrong).status_code == 400
    assert effects() == (0, 0, 0)


def test_without_a_signature_nothing_is_read(event):
    url = reverse("stripe-webhook", args=[endpoint.ENDPOINT])
    answered = Client().post(url, events.body_of(event), content_type="application/json")
    assert (answered.status_code, effects()) == (400, (0, 0, 0))


def test_many_events_from_one_address_are_not_too_many(event, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "anonymous": 1}
    assert [post_event(event).status_code for _again in range(3)] == [200] * 3
    assert effects() == (1, 1, 3)


def test_a_body_larger_than_any_event_is_not_looked_at(event):
    event["data"]["object"]["description"] = "x" * 1024 * 1024
    assert post_event(event).status_code == 400


def test_one_altered_byte_has_no_effect(event):
    body = events.body_of(event).replace(b'"paid"', b'"open"', 1)
    assert post_event(event, body=body).status_code == 400
    assert effects() == (0, 0, 0)


def test_five_minutes_are_not_too_old(event):
    assert post_event(event, age=295).status_code == 200


@pytest.mark.parametrize("debug", [True, False])
def test_no_header_brings_a_secret_of_its_own(event, settings, debug):
    settings.DEBUG = debug
    forged = {"secret": "whsec_forged", "X-Djstripe-Webhook-Secret": "whsec_forged"}
    assert post_event(event, **forged).status_code == 400
    assert effects() == (0, 0, 0)
    assert post_event(event, **{"X-Djstripe-Webhook-Secret": "whsec_forged"}).status_code == 200


def test_without_a_secret_of_ours_nothing_is_taken(event, settings):
    settings.STRIPE_WEBHOOK_SECRET = ""
    assert post_event(event).status_code == 400
    assert post_event(event, secret="").status_code == 400
    assert effects() == (0, 0, 0)


def test_no_header_tells_where_an_event_came_from(event):
    assert post_event(event, **{"X-Forwarded-For": "203.0.113.9"}).status_code == 200
    with system():
        [kept] = WebhookEventTrigger.objects.all()
    assert kept.remote_ip == "127.0.0.1"
    assert "203.0.113.9" not in str(kept.headers)


def test_an_endpoint_loosened_in_the_database_is_tightened_before_use(event):
    with system():
        endpoint.ensure_endpoint()
        loose = {"secret": "", "djstripe_tolerance": 0, "djstripe_validation_method": "none"}
        WebhookEndpoint.objects.update(**loose)
        codes = [fault.id for fault in checks.every_endpoint_proves_its_events(["default"])]
    assert codes == ["kyro.E016", "kyro.E014", "kyro.E015"]
    assert post_event(event, secret="whsec_other").status_code == 400
    assert post_event(event).status_code == 200
    with system():
        [row] = WebhookEndpoint.objects.all()
    assert (row.secret, row.djstripe_tolerance) == (SECRET, 300)
    assert row.djstripe_validation_method == "verify_signature"
    assert checks.every_endpoint_proves_its_events(["default"]) == []


def test_an_endpoint_that_somebody_added_takes_nothing(event):
    other = "00000000-0000-4000-8000-000000000000"
    with system():
        loose = {"djstripe_validation_method": "none", "enabled_events": [], "secret": "x"}
        WebhookEndpoint.objects.create(djstripe_uuid=other, id="we_other", **loose)
    url = reverse("stripe-webhook", args=[other])
    signed = {"Stripe-Signature": events.signature(events.body_of(event), SECRET)}
    kind = "application/json"
    answered = Client().post(url, events.body_of(event), content_type=kind, headers=signed)
    assert (answered.status_code, effects()) == (400, (0, 0, 0))


def test_events_of_customers_nobody_here_has_are_taken_and_change_nothing(event):
    event["data"]["object"]["customer"] = "cus_of_somebody_else"
    assert post_event(event).status_code == 200
    assert effects() == (0, 1, 1)


def test_what_an_event_says_is_believed_in_nothing(payer, event):
    payer.hear()
    before = payer.standing
    event |= {"id": "evt_lying", "type": "customer.subscription.deleted"}
    event["data"]["object"] |= {"status": "canceled", "total": 0}
    assert post_event(event).status_code == 200
    owed.work_off()
    assert payer.standing == before


@pytest.mark.parametrize("order", [lambda news: news[::-1], lambda news: news[1::2] + news[::2]])
def test_events_in_any_order_lead_to_the_same_end(payer, order):
    payer.subscribe("pro")
    payer.book.declined.add(payer.customer)
    payer.book.advance(31 * 86_400)
    payer.book.declined.clear()
    payer.book.advance(4 * 86_400)
    assert set(payer.hear(order)) == {200}
    assert payer.standing == ("pro", "active", 100_000)
    assert payer.row.grace_until is None


def test_events_between_which_we_look_lead_to_the_same_end(payer):
    payer.subscribe("pro")
    payer.book.advance(61 * 86_400)
    for one in reversed(payer.book.events):
        assert post_event(one).status_code == 200
    owed.work_off()
    assert payer.standing == ("pro", "active", 100_000)
    with system():
        assert CreditChange.objects.filter(kind="grant", reference__contains=":pro").count() == 2


def test_old_events_are_forgotten(event):
    post_event(event)
    with system():
        for model, name in ((Event, "djstripe_created"), (WebhookEventTrigger, "created")):
            model.objects.update(**{name: timezone.now() - timedelta(days=31)})
    forgetting.forget_old_events()
    assert effects() == (1, 0, 0)


def test_the_operator_is_told_what_to_enter_at_stripe(capsys):
    call_command("stripe_webhook")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"http://localhost:8000/stripe/webhook/{endpoint.ENDPOINT}/"
    assert "  invoice.paid" in lines


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({}, []),
        ({"STRIPE_SECRET_KEY": "", "STRIPE_WEBHOOK_SECRET": ""}, []),
        ({"STRIPE_SECRET_KEY": "pk_test_" + "0" * 24}, ["kyro.E011"]),
        ({"STRIPE_WEBHOOK_SECRET": ""}, ["kyro.E012"]),
        ({"STRIPE_API_HOST": "https://stripe.example.com"}, ["kyro.E010"]),
        ({"STRIPE_API_HOST": "http://127.0.0.1.example.com"}, ["kyro.E010"]),
        ({"DJSTRIPE_WEBHOOK_VALIDATION": None}, ["kyro.E013"]),
        ({"DJSTRIPE_WEBHOOK_VALIDATION": "retrieve_event"}, ["kyro.E013"]),
    ],
)
def test_the_start_up_check_refuses_what_would_let_strangers_in(
    stripe_server, settings, changed, codes
):
    for name, value in changed.items():
        setattr(settings, name, value)
    found = [*checks.stripe_is_set_up_whole(), *checks.events_are_proved()]
    assert [fault.id for fault in found] == codes


@pytest.mark.parametrize("tolerance", [0, 301])
def test_the_start_up_check_refuses_other_tolerances(monkeypatch, tolerance):
    monkeypatch.setattr(endpoint, "TOLERANCE", tolerance)
    assert [fault.id for fault in checks.events_are_proved()] == ["kyro.E016"]


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_are_one_event_with_one_effect(payer):
    payer.top_up()
    with system():
        Event.objects.all().delete()
        CreditChange.objects.all()  # of the first hearing: one top-up
    told = next(one for one in payer.book.events if one["type"].startswith("checkout"))

    def post(_number: int) -> int:
        try:
            return post_event(told).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as threads:
        statuses = set(threads.map(post, range(20)))
    for _worker in range(3):
        owed.work_off()
    assert statuses == {200}
    with system():
        assert Event.objects.count() == 1
        assert CreditChange.objects.filter(kind="top_up").count() == 1
    assert payer.standing == ("free", "active", 15_000)
    assert json.loads(events.body_of(told))["id"] == told["id"]
