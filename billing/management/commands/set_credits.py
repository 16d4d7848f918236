"""Bring somebody's credits to a number, by one entry of the ledger."""

from django.core.management import BaseCommand, CommandError

from accounts.management.people import person
from accounts.tenancy import scope
from billing import adjusting


class Command(BaseCommand):
    help = (
        "Set the credits a person has left: set_credits EMAIL N --reason TEXT. What running "
        "answers hold stays held, and what they give back of it comes on top."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("email")
        parser.add_argument("credits", type=int)
        parser.add_argument("--reason", required=True, help="stands in the ledger")

    def handle(self, *, email, credits, reason, **_) -> None:
        user = person(email)
        try:
            with scope(user):
                before = adjusting.set_balance(user, credits, reason=reason)
        except adjusting.CannotAdjust as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{user.email}: {before:,} → {credits:,} credits.")
