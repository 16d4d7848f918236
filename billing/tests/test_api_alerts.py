"""Mails about used-up limits, chosen through the API."""

import datetime as dt

import pytest

from accounts.audit import AuditLog
from accounts.tenancy import scope
from billing.models import UsageAlert

pytestmark = pytest.mark.django_db
ALERTS = "/api/v1/usage/alerts/"
MONTH = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)


def test_both_mails_are_sent_until_one_says_otherwise(api, owner):
    assert api.get(ALERTS).json() == {"mail_at": [80, 100], "passed": []}
    changed = api.patch(ALERTS, {"mail_at": [100]})
    assert (changed.status_code, changed.json()["mail_at"]) == (200, [100])
    assert api.patch(ALERTS, {"mail_at": []}).json()["mail_at"] == []
    assert api.get(ALERTS).json()["mail_at"] == []
    with scope(owner):
        acts = AuditLog.objects.filter(action="usage_mail.choose")
        assert [row.metadata["percents"] for row in acts.order_by("created_at")] == [[100], []]


def test_what_was_passed_is_told_to_its_owner_alone(api, outsiders_api, owner):
    with scope(owner):
        UsageAlert.objects.create(owner=owner, limit="credits", percent=80, period_start=MONTH)
    [passed] = api.get(ALERTS).json()["passed"]
    del passed["created_at"]
    assert passed == {"limit": "credits", "percent": 80, "period_start": "2026-11-01T00:00:00Z"}
    assert outsiders_api.get(ALERTS).json()["passed"] == []


@pytest.mark.parametrize(
    "body",
    [{}, {"mail_at": 80}, {"mail_at": [50]}, {"mail_at": [80, 80, 100]}, {"mail_at": ["all"]},
     {"mail_at": [80], "passed": []}, {"mail_at": [80], "user": "x"}],
    ids=str,
)  # fmt: skip
def test_other_wishes_are_400_and_change_nothing(api, body):
    assert api.patch(ALERTS, body).json()["code"] == "invalid"
    assert api.get(ALERTS).json()["mail_at"] == [80, 100]
