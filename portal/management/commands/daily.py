import json
from datetime import date

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal import daily


class Command(BaseCommand):
    help = "Do what is done each day, by hand; prints one JSON line of counts."

    def add_arguments(self, parser):
        parser.add_argument(
            "--on", metavar="YYYY-MM-DD", type=date.fromisoformat, help="the day, if not today"
        )

    def handle(self, *args, on=None, **options):
        done = daily.run(on or timezone.localdate())
        self.stdout.write(json.dumps(done, ensure_ascii=False))
        if failed := [name for name, count in done.items() if count is None]:
            raise CommandError(f"failed, see the log: {', '.join(failed)}")
