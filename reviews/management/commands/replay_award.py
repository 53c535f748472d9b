import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from records.moves import DomainError
from reviews.replay import replay


class Command(BaseCommand):
    help = "Work out the ranking of an award file anew, from the file alone, and say where it differs."
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE", type=Path, help="the ZIP of a round")

    def handle(self, *, file, **options):
        try:
            with file.open("rb") as opened:
                problems = replay(opened)
        except OSError as error:
            raise CommandError(_("The file cannot be read: %(error)s") % {"error": error}) from error
        except DomainError as error:
            raise CommandError(str(error)) from error
        if problems:
            self.stdout.write("\n".join([_("The file differs:"), *problems]))
            sys.exit(1)
        self.stdout.write(_("Equal: the ranking follows from the marks, and every file is what it was."))
