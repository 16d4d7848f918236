"""An invitation link for one address."""

from django.core.exceptions import ValidationError
from django.core.management import BaseCommand, CommandError
from django.core.validators import validate_email

from accounts import invitations


class Command(BaseCommand):
    help = "Print a link with which one address may sign up (good for 14 days): invite EMAIL"

    def add_arguments(self, parser) -> None:
        parser.add_argument("email")

    def handle(self, *, email, **_) -> None:
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError(f"{email} is not an e-mail address.") from error
        _invitation, link = invitations.invite(email)
        self.stdout.write(link)
