from django.apps import AppConfig
from django.db.models.signals import post_migrate


class BillingConfig(AppConfig):
    name = "billing"

    def ready(self) -> None:
        from billing.plans import ensure_plans

        post_migrate.connect(ensure_plans, sender=self)
