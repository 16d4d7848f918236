"""`manage.py stripe_webhook`: what to enter at Stripe, so that it tells us of payments."""

from django.core.management import BaseCommand

from billing.stripe import endpoint


class Command(BaseCommand):
    help = "Print the address and the events of the webhook endpoint to make at Stripe."
    requires_system_checks = []

    def handle(self, **options) -> None:
        self.stdout.write(endpoint.webhook_url())
        for event in endpoint.EVENTS:
            self.stdout.write(f"  {event}")
