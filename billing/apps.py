from django.apps import AppConfig
from django.db.models.signals import post_migrate


class BillingConfig(AppConfig):
    name = "billing"

    def ready(self) -> None:
        from accounts import answering, delivery
        from accounts.sharing import inviting, joining
        from billing import alerts, features, members
        from billing.api import problem  # noqa: F401 – registers what refusals tell
        from billing.plans import ensure_plans
        from billing.prices import ensure_prices
        from billing.tasks import mail_alerts

        answering.includes = features.allows_model
        inviting.check_room = members.check_invited
        joining.check_place = members.check_joining
        delivery.NUDGES[alerts.MAIL] = mail_alerts
        post_migrate.connect(ensure_plans, sender=self)
        post_migrate.connect(ensure_prices, sender=self)
