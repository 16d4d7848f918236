"""Upkeep of plans on a schedule."""

from celery import shared_task

from accounts.tenancy import system
from billing import alert_mails, alerts


@shared_task(name="billing.mail_alerts", expires=30)
def mail_alerts() -> None:
    """Find who has passed a limit, and send what is owed, also from before."""
    with system():
        alerts.note_passed()
    alert_mails.send_all()
