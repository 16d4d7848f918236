from django.apps import AppConfig
from django.db.models.signals import post_migrate


class BillingConfig(AppConfig):
    name = "billing"

    def ready(self) -> None:
        from accounts.sharing import inviting
        from billing.members import check_members
        from billing.plans import ensure_plans

        inviting.check_room = check_members
        post_migrate.connect(ensure_plans, sender=self)
