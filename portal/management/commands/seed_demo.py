"""Fill an empty database with the demo university."""

from datetime import date

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import User
from portal.demo.people import ACCOUNTS
from portal.demo.university import build


class Command(BaseCommand):
    help = "Fill an empty database with a made-up university, the same one for the same --seed."

    def add_arguments(self, parser):
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument(
            "--on", type=date.fromisoformat, help="the day the demo stands on; today by default"
        )

    def handle(self, *, seed, on, **options):
        if settings.PRODUCTION:
            raise CommandError("The demo has accounts with known passwords; it is not for production.")
        if User.objects.exists():
            raise CommandError("There are people in this database already. The demo wants an empty one.")
        made = build(seed=seed, on=on or timezone.localdate())
        self.stdout.write(", ".join(f"{count} {what}" for what, count in made.items()))
        self.stdout.write("Accounts: " + ", ".join(account.username for account in ACCOUNTS))
        self.stdout.write("Password of each: demo- and its name")
