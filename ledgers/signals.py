"""Whatever a verdict depends on refreshes it once the transaction is through.

``studios`` may not import this package, so this package listens to what ``studios`` saves.
"""

from functools import partial

from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.utils import timezone

from ledgers.evidence import refresh
from ledgers.models import Achievement
from studios.models import BudgetLine, Cycle, Honour, Member, Policy, Project, Studio, Venue

DEPENDS_ON = (Honour, Member, Project, Venue, BudgetLine, Achievement, Cycle)


def refresh_later(sender, instance, raw=False, **kwargs):
    """Refresh the studio's verdicts after the commit, once however many of its rows were saved in it."""
    if raw:
        return
    pk = instance.pk if sender is Studio else instance.studio_id
    refreshed = vars(transaction.get_connection()).setdefault("verdicts_refreshed", set())
    transaction.on_commit(partial(refresh_once, pk, refreshed))


def refresh_once(pk: int, refreshed: set[int]) -> None:
    """What waited for one commit shares ``refreshed``; from here on, what is saved waits for the next one."""
    vars(transaction.get_connection())["verdicts_refreshed"] = set()
    if pk in refreshed:
        return
    refreshed.add(pk)
    studio = Studio.objects.filter(pk=pk).first()
    today = timezone.localdate()
    if studio and Policy.objects.filter(effective_on__lte=today).exists():
        refresh(studio, on=today)


def connect():
    for model in (Studio, *DEPENDS_ON):
        post_save.connect(refresh_later, sender=model, dispatch_uid=f"verdicts-{model.__name__}")
    for model in DEPENDS_ON:
        post_delete.connect(refresh_later, sender=model, dispatch_uid=f"verdicts-gone-{model.__name__}")
