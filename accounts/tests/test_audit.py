"""The audit chain: each row names the one before it, and shows when either was changed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts import audit
from accounts.audit import AuditLog, AuditPerson
from accounts.tenancy import scope, system

RECOMPUTED = """
    SELECT digest = encode(sha256(convert_to(concat_ws(E'\\x1f',
        previous_digest, id, owner_id, coalesce(actor_id::text, ''), action, resource_type,
        coalesce(resource_id::text, ''), metadata, request_id, person_digest,
        extract(epoch FROM created_at)), 'UTF8')), 'hex')
    FROM accounts_auditlog WHERE owner_id = %s ORDER BY created_at, id
"""


def recomputed(owner) -> list[bool]:
    with connection.cursor() as cursor:
        cursor.execute(RECOMPUTED, [owner.pk])
        return [row[0] for row in cursor.fetchall()]


def links(owner) -> list[tuple[str, str]]:
    rows = AuditLog.objects.filter(owner_id=owner.pk).order_by("created_at", "id")
    return list(rows.values_list("previous_digest", "digest"))


@pytest.mark.django_db
def test_each_row_carries_the_digest_of_the_one_before(owner):
    with scope(owner):
        for number in range(3):
            audit.record("test.act", actor=owner, metadata={"number": number})
        chain = links(owner)
        assert recomputed(owner) == [True] * 3
    assert [previous for previous, _ in chain] == ["", chain[0][1], chain[1][1]]


@pytest.mark.django_db
def test_a_changed_row_no_longer_has_its_digest(owner):
    with scope(owner):
        audit.record("test.act", actor=owner)
    with system():
        AuditLog.objects.filter(owner_id=owner.pk).update(action="test.other")
        assert recomputed(owner) == [False]


@pytest.mark.django_db
def test_the_person_stands_apart_and_is_tied_by_a_digest(owner):
    with scope(owner):
        row = audit.record("test.act", actor=owner)
        person = AuditPerson.objects.get(pk=row.pk)
        assert (person.email, person.digest()) == (owner.email, row.person_digest)
        person.delete()  # erasing the person leaves the chain whole
        assert recomputed(owner) == [True]


@pytest.mark.django_db(transaction=True)
def test_parallel_appends_make_one_chain(owner):
    def append(number: int) -> None:
        try:
            with scope(owner):
                audit.record("test.act", actor=owner, metadata={"number": number})
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(append, range(40)))
    with scope(owner):
        chain = links(owner)
    assert [previous for previous, _ in chain] == ["", *(digest for _, digest in chain[:-1])]
    assert len(chain) == 40
