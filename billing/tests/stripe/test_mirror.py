"""dj-stripe's rows: what they hold, what they never hold, and who reads them."""

from __future__ import annotations

import pytest
from django.db import ProgrammingError, connection
from djstripe import models

from accounts.closing import erase_account
from accounts.tenancy import scope, system
from billing.stripe import syncing
from billing.stripe.invoices import invoices_of

pytestmark = pytest.mark.django_db


def tables() -> list[str]:
    return [name for name in connection.introspection.table_names() if name.startswith("djstripe_")]


def test_what_did_not_change_is_not_written_again(payer):
    payer.subscribe("pro")
    with system():
        before = list(models.Invoice.objects.values_list("djstripe_updated"))
        before += list(models.Subscription.objects.values_list("djstripe_updated"))
    syncing.sync(payer.row)
    with system():
        after = list(models.Invoice.objects.values_list("djstripe_updated"))
        after += list(models.Subscription.objects.values_list("djstripe_updated"))
    assert after == before
    assert len(after) == 2


def test_the_secret_key_is_written_nowhere(payer, settings):
    payer.subscribe("pro")
    with system(), connection.cursor() as cursor:
        for name in tables():
            cursor.execute(f"SELECT count(*) FROM {name} t WHERE t::text LIKE '%sk_test_%'")
            assert cursor.fetchone() == (0,), name


def test_the_application_reads_nothing_but_a_persons_own_invoices(payer, outsider):
    payer.subscribe("pro")
    with scope(payer.user), connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, privilege_type FROM information_schema.role_table_grants"
            " WHERE grantee = 'kyro_app' AND table_name LIKE 'djstripe%'"
        )
        assert cursor.fetchall() == [("djstripe_invoice", "SELECT")]
        assert models.Invoice.objects.count() == 1
    with scope(outsider):
        assert models.Invoice.objects.count() == 0
        assert invoices_of(outsider) == []
    assert len(tables()) > 60


def test_the_application_changes_none_of_them(payer):
    payer.subscribe("pro")
    with pytest.raises(ProgrammingError, match="permission denied"), scope(payer.user):
        models.Invoice.objects.update(livemode=True)


def test_an_erased_person_leaves_no_payments_behind(payer):
    payer.subscribe("pro")
    with system():
        erase_account(payer.user)
        kept = [models.Invoice, models.Subscription, models.Customer]
        assert [model.objects.count() for model in kept] == [0, 0, 0]
