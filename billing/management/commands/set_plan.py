"""Put a person on a plan, without a payment."""

from django.core.management import BaseCommand, CommandError

from accounts.management.people import person
from accounts.tenancy import scope
from billing import plans
from billing.models import Plan, Subscription


class Command(BaseCommand):
    help = "Put a person on a plan: set_plan EMAIL PLAN"

    def add_arguments(self, parser) -> None:
        parser.add_argument("email")
        parser.add_argument("plan")

    def handle(self, *, email, plan, verbosity, **_) -> None:
        user = person(email)
        chosen = Plan.objects.filter(name=plan).first()
        if chosen is None:
            names = ", ".join(Plan.objects.values_list("name", flat=True))
            raise CommandError(f"There is no plan {plan}. There are: {names}.")
        with scope(user):
            plans.set_plan(Subscription.objects.get(user=user), chosen)
        if verbosity:
            self.stdout.write(f"{user.email} is on {chosen}.")
