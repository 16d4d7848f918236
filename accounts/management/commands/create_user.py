"""A person who can sign in, without the sign-up pages."""

from django.core.exceptions import ValidationError
from django.core.management import BaseCommand, CommandError

from accounts.people import add_person


class Command(BaseCommand):
    help = "Make a person: create_user EMAIL --password P [--verified] [--staff]"

    def add_arguments(self, parser) -> None:
        parser.add_argument("email")
        parser.add_argument("--password", required=True)
        parser.add_argument("--verified", action="store_true", help="needs no code by e-mail")
        parser.add_argument("--staff", action="store_true", help="may use the administration")

    def handle(self, *, email, password, verified, staff, **_) -> None:
        try:
            user = add_person(
                email, password, verified=verified, is_staff=staff, is_superuser=staff
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"{user.email} can sign in.")
