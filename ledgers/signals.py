"""Whatever a verdict depends on refreshes it once the transaction is through.

``studios`` may not import this package, so this package listens to what ``studios`` saves.
"""

from functools import partial

from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.utils import timezone

from ledgers.evidence import refresh
from ledgers.models import Achievement
from studios.models import BudgetLine, Honour, Member, Policy, Project, Studio, Venue

DEPENDS_ON = (Honour, Member, Project, Venue, BudgetLine, Achievement)


def refresh_later(sender, instance, raw=False, **kwargs):
    if raw:
        return
    task = partial(refresh_now, instance.pk if sender is Studio else instance.studio_id)
    # Thirty rows pasted at once are one refresh: the same studio waits once for the same commit. A
    # savepoint that is
    # rolled back takes its entry along, which is why the connection's own list is asked and none of ours.
    waiting = (func for _sids, func, _robust in transaction.get_connection().run_on_commit)
    if not any(
        isinstance(func, partial) and (func.func, func.args) == (task.func, task.args) for func in waiting
    ):
        transaction.on_commit(task)


def refresh_now(pk: int) -> None:
    studio = Studio.objects.filter(pk=pk).first()
    today = timezone.localdate()
    if studio and Policy.objects.filter(effective_on__lte=today).exists():
        refresh(studio, on=today)


def connect():
    for model in (Studio, *DEPENDS_ON):
        post_save.connect(refresh_later, sender=model, dispatch_uid=f"verdicts-{model.__name__}")
    for model in DEPENDS_ON:
        post_delete.connect(refresh_later, sender=model, dispatch_uid=f"verdicts-gone-{model.__name__}")
