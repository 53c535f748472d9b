"""The Celery application and what it does by the clock."""

import os

from celery import Celery
from celery.schedules import crontab

from config.alive import SignOfLife

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("studios")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add(SignOfLife)

# Every time is Asia/Shanghai.
app.conf.beat_schedule = {
    # what                            task                                    when
    "send what waits in the outbox": {"task": "records.tasks.drain_outbox", "schedule": crontab()},
    "the day's round": {"task": "portal.tasks.daily", "schedule": crontab(hour=6, minute=30)},
}
