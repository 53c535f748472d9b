"""Jobs that only the tests have, so that a real worker can be given something to do (``--include``)."""

import time

from accounts.models import Notice
from records.jobs import job


@job("tests.letters")
def letters(work):
    """Write ``count`` notices to the one who asked, one by one; a notice that is there is left alone."""
    for number in work.each(range(work.payload["count"])):
        time.sleep(work.payload.get("pause", 0))
        Notice.objects.get_or_create(
            event=f"letter:{work.pk}", milestone=str(number), recipient=work.started_by, subject="第"
        )
    work.keep("全部写完".encode(), "全部信件.zip")
