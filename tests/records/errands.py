"""Jobs that only the tests have, so that a real worker can be given something to do (``--include``)."""

import time

from accounts.models import Notice
from records.jobs import Job, job, start_job


@job("tests.letters")
def letters(work):
    """Write ``count`` notices to the one who asked, one by one; a notice that is there is left alone."""
    for number in work.each(range(work.payload["count"])):
        time.sleep(work.payload.get("pause", 0))
        Notice.objects.get_or_create(
            event=f"letter:{work.pk}", milestone=str(number), recipient=work.started_by, subject="第"
        )
    work.keep("全部写完".encode(), "全部信件.zip")


def start(starter, **payload):
    """Ask for a job of kind ``tests.work``; the fixture ``work`` says what that does."""
    return start_job("tests.work", payload, by=starter, title="批量生成证书")


def fresh(job):
    return Job.objects.get(pk=job.pk)
