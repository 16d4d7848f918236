"""Upkeep on a schedule: work that is due, months that are coming."""

from celery import shared_task

from accounts import delivery, idempotency, partitions
from accounts.tenancy import system


@shared_task(name="accounts.sweep", expires=30)
def sweep() -> None:
    with system():
        delivery.sweep()


@shared_task(name="accounts.make_partitions")
def make_partitions() -> None:
    partitions.make_partitions()


@shared_task(name="accounts.forget_idempotency_keys")
def forget_idempotency_keys() -> None:
    with system():
        idempotency.forget_expired()
