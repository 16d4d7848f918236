"""Mails at 80 and 100 % of the period's credits and the day's tokens: each once."""

from __future__ import annotations

import smtplib

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from accounts.models import PendingTask
from accounts.tenancy import scope, system
from billing import alerts, credits, standing
from billing.models import Plan, Subscription, UsageAlert
from billing.tasks import mail_alerts

pytestmark = pytest.mark.django_db


@pytest.fixture
def spend(owner):
    """Use up to this many of 1,000 credits."""
    with system():
        Subscription.objects.filter(user=owner).update(credits_limit=1000)
        credits.grant(owner.pk, -9_000, reason="test")

    def spend(amount):
        with scope(owner):
            credits.settle(credits.reserve(owner.pk, credits.Charge(amount)), amount)
        mail_alerts()
        return [letter.subject for letter in mail.outbox]

    return spend


def test_each_mail_goes_once(spend, owner):
    assert spend(799) == []
    assert spend(1) == ["80 % of your credits are used"]
    assert spend(100) == ["80 % of your credits are used"]
    both = ["80 % of your credits are used", "The credits of your plan are used up"]
    assert spend(100) == both
    mail_alerts()
    assert len(mail.outbox) == 2
    letter = mail.outbox[0]
    assert letter.to == [owner.email]
    assert "800 of the 1,000 credits" in letter.body
    assert "/settings/plan/" in letter.body


def test_who_passes_both_at_once_gets_one_mail(spend):
    assert spend(1000) == ["The credits of your plan are used up"]
    with system():
        assert sorted(UsageAlert.objects.values_list("percent", flat=True)) == [80, 100]


def test_a_new_period_tells_anew(spend, owner):
    spend(1000)
    with system():
        held = Subscription.objects.get(user=owner)
        start = timezone.now()
        credits.renew(held, start, start + timezone.timedelta(days=30))
    assert len(spend(1)) == 1
    with system():
        Subscription.objects.filter(user=owner).update(credits_limit=10)
    assert len(spend(8)) == 2


def test_who_wants_no_mail_gets_none_also_not_later(spend, owner):
    with scope(owner):
        alerts.choose(owner, [100])
    assert spend(900) == []
    with scope(owner):
        alerts.choose(owner, [80, 100])
    assert spend(50) == []
    assert spend(50) == ["The credits of your plan are used up"]


def test_credits_besides_the_plans_are_named(spend, owner):
    with system():
        credits.grant(owner.pk, 500, kind="top_up")
    spend(1000)
    assert "You have 500 credits besides" in mail.outbox[0].body


def test_tokens_of_the_day_are_told_in_the_persons_time(owner):
    owner.timezone = "Asia/Bangkok"
    owner.save()
    with system(), connection.cursor() as cursor:
        limit = Plan.objects.get(name=owner.tier).token_limit_daily
        cursor.execute("SELECT billing_count(%s, %s, 0, 0, 0)", [owner.pk, limit * 9 // 10])
        today = standing.today_of(owner)
    mail_alerts()
    assert [letter.subject for letter in mail.outbox] == ["80 % of today's tokens are used"]
    assert f"{limit:,} tokens" in mail.outbox[0].body
    assert "00:00 (Asia/Bangkok)" in mail.outbox[0].body
    assert today.tokens_used == limit * 9 // 10


def test_a_mail_server_that_is_down_is_asked_again(spend, owner, settings):
    settings.EMAIL_BACKEND = "billing.tests.test_alerts.Down"
    assert spend(1000) == []
    with system():
        owed = PendingTask.objects.get(kind=alerts.MAIL)
        PendingTask.objects.update(due_at=timezone.now())
    assert (owed.attempts, owed.last_error) == (1, "down")
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail_alerts()
    assert len(mail.outbox) == 1
    with system():
        assert not PendingTask.objects.filter(kind=alerts.MAIL).exists()


class Down:
    def __init__(self, **_options):
        pass

    def send_messages(self, _messages):
        raise smtplib.SMTPException("down")
