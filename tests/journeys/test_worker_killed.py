"""A worker killed in the middle of issuing many certificates: each certificate exists once, and the ZIP is whole."""

import zipfile
from datetime import date

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from records import outbox
from records.jobs import Job
from records.outbox import Outbox
from records.tasks import drain_outbox
from studios.issuing import start_batch
from studios.models import Certificate, Cycle, IssuedPaper
from tests.factories import PolicyFactory, StudioFactory, UserFactory
from tests.services import publishing_to, wait_for

COUNT = 60


def certify(count: int, *, by) -> None:
    starts, ends = date(2026, 5, 1), date(2029, 4, 30)
    policy = PolicyFactory()
    for serial in range(1, count + 1):
        studio = StudioFactory(lead__name=f"龚䶮{serial}", state="named")
        Certificate.objects.create(
            studio=studio,
            cycle=Cycle.objects.create(
                studio=studio, number=1, starts_on=starts, ends_on=ends, policy=policy
            ),
            year=2026,
            serial=serial,
            number=f"2026-{serial:03d}",
            studio_name=studio.name,
            lead_name=studio.lead.name,
            starts_on=starts,
            ends_on=ends,
            issued_on=date(2026, 4, 20),
            issued_by=by,
        )


@pytest.mark.django_db(transaction=True)
@override_settings(CELERY_TASK_ALWAYS_EAGER=False)
def test_each_certificate_exists_once_after_a_worker_was_killed(start_worker, tmp_path):
    staff = UserFactory(roles=[("union_staff",)])
    certify(COUNT, by=staff)
    worker = start_worker()
    with publishing_to("", tmp_path / "queue"):
        work = start_batch(Certificate.objects.all(), by=staff)
    wait_for(lambda: IssuedPaper.objects.count() >= 7, within=60, what=worker.said)
    worker.kill()
    early = dict(IssuedPaper.objects.values_list("pk", "sha256"))
    assert 7 <= len(early) < 2 * COUNT
    work.refresh_from_db()
    assert (work.state, bool(work.result)) == (Job.State.RUNNING, False)
    connection.close()

    assert outbox.claim(now=timezone.now(), long=True) is None, "the lease still holds"
    Outbox.objects.update(next_try_at=timezone.now())  # a minute and a half later
    second = start_worker()
    with publishing_to("", tmp_path / "queue"):
        drain_outbox.apply_async()
    wait_for(lambda: Job.objects.get(pk=work.pk).is_over, within=120, what=second.said)

    work.refresh_from_db()
    assert (work.state, work.done, work.total, work.error) == (Job.State.DONE, COUNT, COUNT, "")
    papers = list(
        IssuedPaper.objects.order_by("certificate__serial", "kind").values_list("certificate__serial", "kind")
    )
    assert papers == [(serial, kind) for serial in range(1, COUNT + 1) for kind in ("certificate", "plaque")]
    assert early.items() <= dict(IssuedPaper.objects.values_list("pk", "sha256")).items()
    with work.result.open("rb") as file, zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        assert len(set(archive.namelist())) == 2 * COUNT
    # At most the paper that the killed worker had in its hands lies beside the others; no record points to it.
    stored = set(default_storage.listdir("issued/2026")[1])
    kept = {paper.file.name.rpartition("/")[2] for paper in IssuedPaper.objects.all()}
    assert kept <= stored
    assert len(stored - kept) <= 1
