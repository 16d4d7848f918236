"""Statements that are written once find and store what the ORM's would."""

from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from accounts import rows
from accounts.models import User
from accounts.prepared import Prepared
from accounts.tenancy import scope
from billing.models import CreditChange, Reservation
from chatbots.models import Chatbot

pytestmark = pytest.mark.django_db

MINE = Prepared(
    lambda user, pk: Chatbot.objects.for_user(User(pk=user)).filter(pk=pk).select_related("owner")
)


def test_a_prepared_statement_asks_for_whom_it_is_called(owner, outsider):
    with scope(owner):
        chatbot = Chatbot.objects.create(owner=owner, name="Mine", tools=["search"])
        found = MINE.first(owner.pk, chatbot.pk)
        assert (found, found.tools, found.owner.email) == (chatbot, ["search"], owner.email)
        assert MINE.first(outsider.pk, chatbot.pk) is None
        assert MINE.first(owner.pk, uuid4()) is None


def test_a_prepared_statement_uses_each_of_its_ids():
    with pytest.raises(TypeError):
        Prepared(lambda user, pk: User.objects.filter(pk=pk)).first(uuid4(), uuid4())


def test_rows_go_together_and_read_as_they_were_given(owner, django_assert_num_queries):
    ends = timezone.now()
    held = Reservation(owner=owner, maximum=7, expires_at=ends)
    change = CreditChange(owner=owner, amount=-7, kind="reserve", reservation_id=held.pk)
    with scope(owner):
        with django_assert_num_queries(1):
            rows.insert(held, change)
        stored = Reservation.objects.get()
        assert (stored, stored.maximum, stored.expires_at) == (held, 7, ends)
        assert CreditChange.objects.get(kind="reserve").reservation == held
        assert not held._state.adding


def test_of_several_statements_the_last_one_answers():
    assert connection.vendor == "postgresql"
    assert rows.first("SELECT 1; SELECT 2", []) == (2,)
