"""Thin tasks; the work is in ``records.outbox`` and ``records.jobs``."""

from celery import shared_task

from records import outbox


@shared_task(acks_late=True, ignore_result=True)
def drain_outbox() -> int:
    """Do what is due in the outbox; poked after commits and run by beat every minute."""
    return outbox.drain()
