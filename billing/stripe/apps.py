from django.apps import AppConfig
from django.contrib import admin
from django.db.models.signals import post_migrate


class MirrorConfig(AppConfig):
    """dj-stripe's tables and its webhook, without what it does besides.

    Its event handlers would ask Stripe inside the request, where `syncing` asks later and for all
    at once; its checks ask the database at every command (ours: `checks`). Stands behind the
    administration in INSTALLED_APPS, to take its pages out: they would change what mirrors Stripe.
    """

    name = "djstripe"
    default_auto_field = "django.db.models.AutoField"

    def ready(self) -> None:
        from djstripe import _stripe_compat  # noqa: F401

        from billing.stripe import checks, connection, endpoint, tasks, webhook  # noqa: F401

        for model in self.get_models():
            held = admin.site._registry.get(model)
            if held and type(held).__module__.startswith("djstripe."):  # not billing.admin.events
                admin.site.unregister(model)
        connection.bind_mirror()
        post_migrate.connect(endpoint.ensure_after_migrating, sender=self)
