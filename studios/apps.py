from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class StudiosConfig(AppConfig):
    name = "studios"
    verbose_name = _("Studios")

    def ready(self):
        post_migrate.connect(enter_first_policy, sender=self)


def enter_first_policy(using, **kwargs):
    """A database without policy gets the numbers of the regulation of 16 June 2022; all others are entered in the
    admin.
    """
    from studios.models.policy import FIRST, Policy

    if not Policy.objects.using(using).exists():
        Policy.objects.using(using).create(**FIRST)
