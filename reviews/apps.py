from django.apps import AppConfig
from django.apps import apps as registry
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ReviewsConfig(AppConfig):
    name = "reviews"
    verbose_name = _("Selection")

    def ready(self):
        from reviews import beside

        beside.register()
        post_migrate.connect(enter_first_rubric, sender=self)


def enter_first_rubric(using, apps=registry, **kwargs):
    """A database without a rubric gets the one that comes with the portal; all others are entered in the office.

    Nothing is entered on the way back to a version of the database that knows no rubrics.
    """
    from reviews.models import Rubric
    from reviews.rubrics import create_default

    if "rubric" in apps.all_models["reviews"] and not Rubric.objects.using(using).exists():
        create_default()
