"""Upkeep of plans on a schedule."""

from celery import shared_task

from accounts.tenancy import system
from billing import alert_mails, alerts, periods


@shared_task(name="billing.mail_alerts", expires=30)
def mail_alerts() -> None:
    """Find who has passed a limit, and send what is owed, also from before."""
    with system():
        alerts.note_passed()
    alert_mails.send_all()


@shared_task(name="billing.renew", expires=300)
def renew() -> None:
    """Begin the periods that are due, of people whom Stripe does not bill."""
    periods.renew_due()
