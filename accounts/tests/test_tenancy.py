"""The wall: without a scope nothing, within one only one's own, whatever the code asks for."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction

from accounts.audit import AuditLog
from accounts.models import ApiKey, User
from accounts.operations import tables_partitioned_by_month
from accounts.tenancy import refuse_unsafe_role, scope, select, system
from billing.models import CreditChange
from chatbots.models import Chatbot
from tests.filling import fill

pytestmark = pytest.mark.django_db


def guarded_tables() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_policies")
        return {row[0] for row in cursor.fetchall()}


def tenant_models() -> list[type[models.Model]]:
    tables = guarded_tables()
    ours = [model for model in apps.get_models() if model._meta.app_label != "djstripe"]
    return [model for model in ours if model._meta.db_table in tables]


def owner_column(model: type[models.Model]) -> str:
    columns = {field.attname for field in model._meta.concrete_fields}
    return "owner_id" if "owner_id" in columns else "user_id"


@pytest.fixture
def filled(owner, outsider) -> None:
    fill(owner)
    fill(outsider)


def seen(model: type[models.Model]) -> set:
    return set(model.objects.values_list(owner_column(model), flat=True))


def test_without_a_scope_every_tenant_table_looks_empty(filled):
    assert {model.__name__ for model in tenant_models() if model.objects.exists()} == set()


def test_a_scope_shows_ones_own_rows_in_every_tenant_table(filled, owner, outsider):
    for person in (owner, outsider):
        with scope(person):
            shown = {model.__name__: seen(model) for model in tenant_models()}
        assert shown == {name: {person.pk} for name in shown}


def test_a_nested_scope_gives_way_to_the_outer_one(filled, owner, outsider):
    with scope(owner):
        with scope(outsider):
            assert seen(Chatbot) == {outsider.pk}
        assert seen(Chatbot) == {owner.pk}
    assert not Chatbot.objects.exists()


def test_a_nested_scope_that_fails_gives_way_too(filled, owner, outsider):
    with scope(owner):
        with pytest.raises(ValueError, match="inside"), scope(outsider):
            raise ValueError("inside")
        assert seen(Chatbot) == {owner.pk}


NAMES = "SELECT name FROM chatbots_chatbot WHERE name = ANY (%s)"


def setting():
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting('app.owners', true), '')")
        return cursor.fetchone()[0]


def two_chatbots(owner, outsider):
    for person, name in ((owner, "mine"), (outsider, "theirs")):
        with scope(person):
            Chatbot.objects.create(owner=person, name=name)


@pytest.mark.django_db(transaction=True)
def test_one_statement_in_a_scope_is_one_message_and_leaves_nothing_behind(
    owner, outsider, django_assert_num_queries
):
    two_chatbots(owner, outsider)
    with django_assert_num_queries(1):
        assert select(owner, NAMES, [["mine", "theirs"]]) == [("mine",)]
    assert select(outsider.pk, NAMES, [["mine", "theirs"]]) == [("theirs",)]
    assert (connection.in_atomic_block, setting()) == (False, "")
    with pytest.raises(DatabaseError):
        select(owner, "SELECT nothing", [])
    assert (setting(), select(owner, NAMES, [["%s; '"]])) == ("", [])


def test_one_statement_in_anothers_scope_gives_way_to_it(owner, outsider):
    two_chatbots(owner, outsider)
    with scope(owner):
        assert select(outsider, NAMES, [["mine", "theirs"]]) == [("theirs",)]
        assert seen(Chatbot) == {owner.pk}


def test_system_sees_all_and_gives_the_role_back(filled, owner, outsider):
    with scope(owner):
        with system():
            assert seen(Chatbot) == {owner.pk, outsider.pk}
        assert seen(Chatbot) == {owner.pk}
    assert current_role() == "kyro_app"


def current_role() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return cursor.fetchone()[0]


def test_a_row_for_another_owner_is_refused(owner, outsider):
    with (
        scope(owner),
        pytest.raises(DatabaseError, match="row-level security"),
        transaction.atomic(),
    ):
        Chatbot.objects.create(owner=outsider, name="Not mine")
    with system():
        assert not Chatbot.objects.exists()


def test_a_row_cannot_be_handed_to_another_owner(filled, owner, outsider):
    with (
        scope(owner),
        pytest.raises(DatabaseError, match="row-level security"),
        transaction.atomic(),
    ):
        Chatbot.objects.update(owner=outsider)


def test_another_owners_rows_are_neither_changed_nor_deleted(filled, owner, outsider):
    with scope(owner):
        theirs = Chatbot.objects.filter(owner=outsider)
        assert theirs.update(name="Taken") == 0
        assert theirs.delete()[0] == 0
    with scope(outsider):
        assert Chatbot.objects.get().name == "Sky"


def denied(sql: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    except DatabaseError as error:
        return "permission denied" in str(error)
    return False


@pytest.mark.parametrize("model", [AuditLog, CreditChange])
def test_append_only_rows_are_neither_changed_nor_deleted(filled, owner, model):
    for change in ("UPDATE {} SET created_at = now()", "DELETE FROM {}"):
        sql = change.format(model._meta.db_table)
        with scope(owner):
            assert denied(sql)


def test_partitions_are_not_read_around_their_table(filled, owner):
    with connection.cursor() as cursor:
        tables = tables_partitioned_by_month(cursor)
    assert tables == ["accounts_auditlog", "analytics_usageevent", "billing_usagerecord"]
    for table in tables:
        with scope(owner):
            assert denied(f"SELECT 1 FROM {table}_default")


def test_the_role_of_the_application_is_accepted():
    assert refuse_unsafe_role() is None


def test_a_role_that_owns_the_tables_is_refused():
    with system():
        assert refuse_unsafe_role() == (
            "The database role kyro_owner owns tables, so policies do not bind it."
        )


def test_a_key_is_found_without_a_scope_but_its_row_is_not_seen(owner):
    from accounts import keys

    with scope(owner):
        _key, secret = keys.issue(owner, "a key")
    assert keys.find(secret).user == owner
    assert keys.find(secret[:-1] + ("1" if secret.endswith("0") else "0")) is None
    assert not ApiKey.objects.exists()


def test_people_themselves_are_not_behind_the_wall(owner, outsider):
    """Signing in has to find a person before any scope exists."""
    assert set(User.objects.all()) >= {owner, outsider}
    assert "accounts_user" not in guarded_tables()
