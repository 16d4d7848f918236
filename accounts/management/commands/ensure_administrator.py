"""The first administrator, made once; prints the login so that the first start can show it."""

import secrets

from django.core.management import BaseCommand, call_command

from accounts.models import User
from accounts.people import add_person

EMAIL = "admin@kyrochat.local"


class Command(BaseCommand):
    help = 'Make an administrator where there is none, and print "EMAIL PASSWORD".'

    def handle(self, **_) -> None:
        if User.objects.filter(is_superuser=True).exists():
            return
        password = secrets.token_urlsafe(12)
        # somebody may have signed up with this address; they do not become the administrator
        taken = User.objects.filter(email__iexact=EMAIL).exists()
        email = f"admin-{secrets.token_hex(4)}@kyrochat.local" if taken else EMAIL
        add_person(email, password, verified=True, is_staff=True, is_superuser=True)
        call_command("set_plan", email, "enterprise", verbosity=0)
        self.stdout.write(f"{email} {password}")
