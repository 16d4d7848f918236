from django.apps import AppConfig
from django.db.models.signals import post_migrate


class BillingConfig(AppConfig):
    name = "billing"

    def ready(self) -> None:
        from accounts import answering
        from accounts.sharing import inviting, joining
        from billing import features, members
        from billing.plans import ensure_plans
        from billing.prices import ensure_prices

        answering.includes = features.allows_model
        inviting.check_room = members.check_invited
        joining.check_place = members.check_joining
        post_migrate.connect(ensure_plans, sender=self)
        post_migrate.connect(ensure_prices, sender=self)
