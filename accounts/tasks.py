"""Upkeep on a schedule: work that is due, months that are coming, people who are leaving."""

from uuid import UUID

from celery import shared_task

from accounts import closing, delivery, idempotency, partitions, sessions
from accounts.sharing import mailing
from accounts.tenancy import system


@shared_task(name="accounts.sweep", expires=30)
def sweep() -> None:
    with system():
        delivery.sweep()


@shared_task(name="accounts.make_partitions")
def make_partitions() -> None:
    partitions.make_partitions()


@shared_task(name="accounts.clear_sessions")
def clear_sessions() -> None:
    sessions.clear()


@shared_task(name="accounts.erase_closed")
def erase_closed() -> None:
    """A transaction each: one account that resists keeps no other, and fails the task at last."""
    failures = []
    for pk in list(closing.closed_long_enough().values_list("pk", flat=True)):
        try:
            _erase(pk)
        except Exception as error:  # noqa: BLE001 (raised below)
            failures.append(error)
    if failures:
        raise failures[0]


def _erase(pk: UUID) -> None:
    with system():
        # locked and asked again: it may have been opened meanwhile
        user = closing.closed_long_enough().select_for_update().filter(pk=pk).first()
        if user:
            closing.erase_account(user)


@shared_task(name="accounts.forget_idempotency_keys")
def forget_idempotency_keys() -> None:
    with system():
        idempotency.forget_expired()


@shared_task(name="accounts.mail_invitations")
def mail_invitations() -> None:
    mailing.send_all()
