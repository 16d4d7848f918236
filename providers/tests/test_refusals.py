from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from providers.account import Account
from providers.refusals import of_status, seconds


@pytest.mark.parametrize(
    ("header", "wait"),
    [("7", 7), ("0.5", 0.5), ("-3", 0), ("3600", 60), ("soon", None), ("", None), (None, None),
     ("Wed, 21 Oct 2020 07:28:00 GMT", 0)],
)  # fmt: skip
def test_retry_after_is_seconds_or_a_date(header, wait):
    assert seconds(header) == wait


def test_a_date_to_come_is_waited_for():
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    assert 17 < seconds(date) <= 20


def test_a_refused_key_says_whose_it_is_and_where_to_correct_it():
    ours, theirs = Account("gemini", "k"), Account("gemini", "k", guarded=True)
    assert of_status(401, ours).message.endswith("Check GEMINI_API_KEY.")
    assert of_status(403, theirs).message.endswith("Check it in your settings.")
