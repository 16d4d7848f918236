"""When Stripe is asked: soon after it told of something, and each hour anyway."""

from celery import shared_task

from accounts import delivery
from billing.stripe import forgetting, owed


@shared_task(name="billing.sync")
def sync() -> None:
    owed.work_off()


@shared_task(name="billing.reconcile")
def reconcile() -> None:
    owed.owe_all()
    forgetting.forget_old_events()


delivery.NUDGES[owed.KIND] = sync
