"""Upkeep: answers and reservations that a dead process left behind."""

from celery import shared_task

from accounts.tenancy import system
from billing import credits
from conversations import attachments, storing


@shared_task(name="conversations.reap", expires=30)
def reap() -> None:
    with system():
        storing.reap()
        credits.settle_expired()


@shared_task(name="conversations.sweep_attachments", expires=30)
def sweep_attachments() -> None:
    with system():
        attachments.sweep()
