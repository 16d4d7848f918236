"""One message to one address, so that a wrong mail server shows before people wait for codes."""

from smtplib import SMTPAuthenticationError, SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.core.management import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Send a message to try the mail server: try_mail EMAIL"

    def add_arguments(self, parser) -> None:
        parser.add_argument("email")

    def handle(self, *, email, **_) -> None:
        server = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
        text = f"KyroChat at {settings.BASE_URL} can send mail."
        try:
            send_mail("Mail from KyroChat works", text, None, [email])
        except SMTPAuthenticationError as error:
            raise CommandError(f"{server} refuses KYRO_SMTP_USER or its password.") from error
        except SMTPException as error:
            raise CommandError(f"{server} refuses the message: {error}") from error
        except OSError as error:
            raise CommandError(f"{server} cannot be reached: {error}") from error
        where = f"through {server}" if settings.EMAIL_HOST else "to the console and Kept email"
        self.stdout.write(f"Sent to {email} {where}.")
