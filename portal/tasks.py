"""Thin tasks; the work is in ``portal.daily``."""

from celery import shared_task
from django.utils import timezone

from portal import daily as day


@shared_task(acks_late=True, ignore_result=True)
def daily() -> dict:
    """The day's list, run by beat each morning."""
    return day.run(timezone.localdate())
