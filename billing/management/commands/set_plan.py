"""Put a person on a plan, without a payment."""

from django.core.management import BaseCommand, CommandError

from accounts.management.people import person
from accounts.tenancy import system
from billing import plans
from billing.models import Plan, Subscription


class Command(BaseCommand):
    help = "Put a person on a plan: set_plan EMAIL PLAN [--reason TEXT]"

    def add_arguments(self, parser) -> None:
        parser.add_argument("email")
        parser.add_argument("plan")
        parser.add_argument("--reason", default="", help="stands in the audit log")

    def handle(self, *, email, plan, reason, verbosity, **_) -> None:
        user = person(email)
        chosen = Plan.objects.filter(name=plan).first()
        if chosen is None:
            names = ", ".join(Plan.objects.values_list("name", flat=True))
            raise CommandError(f"There is no plan {plan}. There are: {names}.")
        with system():  # a new plan begins its credits anew, which no person may
            subscription = Subscription.objects.get(user=user)
            plans.set_plan(subscription, chosen, reason=reason)
        if verbosity:
            self.stdout.write(f"{user.email} is on {chosen}.")
        if subscription.stripe_subscription_id:
            self.stderr.write(
                f"They pay through Stripe ({subscription.stripe_subscription_id}): what Stripe "
                "says counts again the next time it is asked. Change the subscription there."
            )
