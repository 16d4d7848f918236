"""An API key, printed alone so that a script can keep it."""

from django.core.management import BaseCommand, CommandError

from accounts import keys
from accounts.management.people import person
from accounts.tenancy import scope


class Command(BaseCommand):
    help = "Make an API key and print it: create_api_key EMAIL --name NAME [--scopes a,b]"

    def add_arguments(self, parser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", required=True)
        parser.add_argument("--scopes", help=f"of {','.join(keys.SCOPES)}; all when left out")

    def handle(self, *, email, name, scopes, **_) -> None:
        chosen = None if scopes is None else [s.strip() for s in scopes.split(",") if s.strip()]
        if unknown := set(chosen or ()) - set(keys.SCOPES):
            raise CommandError(f"Unknown scopes: {', '.join(sorted(unknown))}.")
        user = person(email)
        with scope(user):
            _key, secret = keys.issue(user, name, scopes=chosen)
        self.stdout.write(secret)
