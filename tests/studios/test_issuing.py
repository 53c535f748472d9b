"""Issuing certificates and plaques: one, many as a job with one ZIP, each once."""

import hashlib
import threading
import zipfile
from datetime import date

import pytest
from django.core.files.storage import default_storage
from django.db import connection, connections

from accounts.models import Notice
from records.documents import MissingGlyph
from records.jobs import FUNCTIONS, Job
from records.moves import DomainError
from records.outbox import drain
from studios import issuing
from studios.models import Certificate, Editor, IssuedPaper, Studio
from tests.factories import UserFactory
from tests.studios.certificates import certify


def content(stored) -> bytes:
    with stored.open("rb") as file:
        return file.read()


def stored_files() -> set[str]:
    """The names of all files under ``issued/``."""
    if not default_storage.exists("issued"):
        return set()
    years, _files = default_storage.listdir("issued")
    return {
        f"issued/{year}/{name}" for year in years for name in default_storage.listdir(f"issued/{year}")[1]
    }


def test_both_papers_are_made_with_their_checksums(db):
    certificate = certify()
    papers = issuing.issue(certificate)
    assert {paper.kind for paper in papers} == {"certificate", "plaque"}
    for paper in papers:
        data = content(paper.file)
        assert data.startswith(b"%PDF")
        assert (paper.sha256, paper.size) == (hashlib.sha256(data).hexdigest(), len(data))


def test_what_was_made_once_stays_what_it_is(db, quick_press):
    certificate = certify()
    first = {paper.kind: paper.sha256 for paper in issuing.issue(certificate)}
    assert {paper.kind: paper.sha256 for paper in issuing.issue(certificate)} == first
    assert len(quick_press) == 2
    assert len(stored_files()) == 2


def test_the_loser_of_two_discards_its_file(db, quick_press):
    certificate = certify()
    stale = Certificate.objects.prefetch_related("papers").get(pk=certificate.pk)
    assert list(stale.papers.all()) == []
    won = {paper.kind: paper.pk for paper in issuing.issue(certificate)}
    assert {paper.kind: paper.pk for paper in issuing.issue(stale)} == won
    assert len(quick_press) == 4
    assert stored_files() == {paper.file.name for paper in IssuedPaper.objects.all()}


def issue_at_once(certificate, count=4) -> list:
    """``count`` threads issue one certificate; returns what went wrong."""
    ready, errors = threading.Barrier(count), []

    def run():
        try:
            mine = Certificate.objects.get(pk=certificate.pk)
            ready.wait()
            issuing.issue(mine)
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_four_at_once_make_each_paper_once(quick_press):
    certificate = certify()
    assert issue_at_once(certificate) == []
    assert sorted(IssuedPaper.objects.values_list("kind", flat=True)) == ["certificate", "plaque"]
    assert stored_files() == {paper.file.name for paper in IssuedPaper.objects.all()}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_the_race_is_real_when_the_constraint_is_taken_away(quick_press):
    certificate = certify()
    [constraint] = IssuedPaper._meta.constraints
    with connection.schema_editor() as editor:
        editor.remove_constraint(IssuedPaper, constraint)
    try:
        issue_at_once(certificate)
        assert IssuedPaper.objects.count() > 2
    finally:
        IssuedPaper.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(IssuedPaper, constraint)


def test_a_revoked_certificate_is_not_made_but_what_was_made_stays(db, quick_press):
    revoked = certify(revoked_on=date(2027, 1, 5), revoked_reason="弄虚作假")
    with pytest.raises(DomainError, match="2026-001"):
        issuing.issue(revoked)
    assert not stored_files()


def test_a_name_that_cannot_be_drawn_leaves_nothing_behind(db):
    certificate = certify("龚\U000323af")
    with pytest.raises(MissingGlyph, match="U\\+323AF"):
        issuing.issue(certificate)
    assert not IssuedPaper.objects.exists()
    assert not stored_files()


def test_files_are_named_as_people_look_for_them(db):
    certificate = certify()
    assert issuing.file_name(certificate, "certificate") == "2026-001_龚䶮劳模创新工作室_证书.pdf"
    certificate.studio_name = "A/B: 劳模创新工作室"
    assert issuing.file_name(certificate, "plaque") == "2026-001_A_B_ 劳模创新工作室_铭牌.pdf"


# -- many -------------------------------------------------------------------------------------------------------


def run_batch(*certificates, by=None) -> Job:
    rows = Certificate.objects.filter(pk__in=[one.pk for one in certificates])
    work = issuing.start_batch(rows, by=by or UserFactory())
    drain()
    work.refresh_from_db()
    return work


def test_a_batch_is_one_zip_with_every_paper(db, quick_press):
    work = run_batch(certify(), certify("阿依古丽·买买提", serial=2))
    assert (work.state, work.done, work.total) == (Job.State.DONE, 2, 2)
    assert work.result_name == "证书和铭牌_2026年_2件.zip"
    with work.result.open("rb") as file, zipfile.ZipFile(file) as archive:
        assert set(archive.namelist()) == {
            "2026-001_龚䶮劳模创新工作室_证书.pdf",
            "2026-001_龚䶮劳模创新工作室_铭牌.pdf",
            "2026-002_阿依古丽·买买提劳模创新工作室_证书.pdf",
            "2026-002_阿依古丽·买买提劳模创新工作室_铭牌.pdf",
        }
        paper = IssuedPaper.objects.get(certificate__number="2026-002", kind="plaque")
        assert archive.read("2026-002_阿依古丽·买买提劳模创新工作室_铭牌.pdf") == content(paper.file)


def test_a_batch_begun_again_makes_only_what_is_lacking(db, quick_press):
    first, second = certify(), certify("王㛃", serial=2)
    before = {paper.sha256 for paper in issuing.issue(first)}
    work = run_batch(first, second)
    assert work.state == Job.State.DONE
    assert before < set(IssuedPaper.objects.values_list("sha256", flat=True))
    assert quick_press == ["2026-001"] * 2 + ["2026-002"] * 2


def test_a_batch_that_failed_at_one_name_is_run_again_once_it_is_mended(db, quick_press, monkeypatch):
    certificates = [certify(serial=number) for number in (1, 2, 3)]
    press = issuing.PRESSES["certificate"]

    def refuse_the_second(certificate, **options):
        if certificate == certificates[1]:
            raise MissingGlyph("字库缺字")
        return press(certificate, **options)

    monkeypatch.setitem(issuing.PRESSES, "certificate", refuse_the_second)
    work = issuing.start_batch(Certificate.objects.all(), by=UserFactory())
    drain()
    work.refresh_from_db()
    assert (work.state, work.error) == (Job.State.FAILED, "字库缺字")
    before = dict(IssuedPaper.objects.values_list("pk", "file"))
    monkeypatch.setitem(issuing.PRESSES, "certificate", press)
    work.run_again()
    drain()
    work.refresh_from_db()
    assert work.state == Job.State.DONE
    papers = dict(IssuedPaper.objects.values_list("pk", "file"))
    assert len(papers) == 6
    assert before.items() <= papers.items()
    with work.result.open("rb") as file, zipfile.ZipFile(file) as archive:
        assert len(archive.namelist()) == 6


def test_a_cancelled_batch_stops_and_keeps_what_is_done(db, monkeypatch, quick_press):
    certificates = [certify(f"王{number}", serial=number) for number in range(1, 4)]
    work = issuing.start_batch(Certificate.objects.all(), by=UserFactory())
    issue = issuing.issue

    def cancel_after_the_first(certificate):
        made = issue(certificate)
        if certificate.number == "2026-001":
            Job.objects.get(pk=work.pk).cancel()
        return made

    monkeypatch.setattr(issuing, "issue", cancel_after_the_first)
    monkeypatch.setattr("records.jobs.WRITE_EVERY", 0)
    drain()
    work.refresh_from_db()
    assert work.state == Job.State.CANCELLED
    assert not work.result
    assert set(IssuedPaper.objects.values_list("certificate", flat=True)) == {certificates[0].pk}


def test_an_empty_batch_and_one_too_large_are_refused(db, monkeypatch):
    with pytest.raises(DomainError):
        issuing.start_batch(Certificate.objects.none(), by=UserFactory())
    monkeypatch.setattr(issuing, "MOST_IN_A_BATCH", 1)
    certify(), certify("王㛃", serial=2)
    with pytest.raises(DomainError, match="1"):
        issuing.start_batch(Certificate.objects.all(), by=UserFactory())
    assert not Job.objects.exists()


def test_every_process_knows_the_batch():
    assert "certificates.batch" in FUNCTIONS


def told(certificate) -> list[tuple]:
    rows = Notice.objects.filter(event=f"certificate-issued:{certificate.pk}").order_by("recipient__username")
    return list(rows.values_list("recipient__username", "subject", "body", "url"))


def test_the_studio_and_its_department_union_are_told_once_of_the_issue(cast, quick_press):
    certificate = certify()
    studio = certificate.studio
    Studio.objects.filter(pk=studio.pk).update(lead=cast.stranger, unit=cast.unit)
    Editor.objects.create(studio=studio, user=cast.co_editor, added_by=cast.stranger)
    certificate = Certificate.objects.get(pk=certificate.pk)
    assert told(certificate) == []
    issuing.issue(certificate)
    words = (
        f"{certificate.studio_name}的证书和铭牌已制发",
        "证书编号：2026-001，有效期2026年5月1日至2029年4月30日。证书和铭牌的电子文件可在工作室页面下载。",
        studio.get_absolute_url(),
    )
    expected = [(name, *words) for name in ("co_editor", "department", "department_member", "stranger")]
    assert told(certificate) == expected
    Studio.objects.filter(pk=studio.pk).update(lead=UserFactory())
    issuing.issue(Certificate.objects.get(pk=certificate.pk))
    assert told(certificate) == expected


def test_nobody_is_told_of_an_issue_that_came_half_way(cast, monkeypatch, quick_press):
    def fails(certificate, *, preview=False):
        raise OSError("full")

    certificate, press = certify(), issuing.PRESSES[IssuedPaper.Kind.PLAQUE]
    monkeypatch.setitem(issuing.PRESSES, IssuedPaper.Kind.PLAQUE, fails)
    with pytest.raises(OSError, match="full"):
        issuing.issue(certificate)
    assert told(certificate) == []
    monkeypatch.setitem(issuing.PRESSES, IssuedPaper.Kind.PLAQUE, press)
    issuing.issue(Certificate.objects.get(pk=certificate.pk))
    assert [name for name, *_words in told(certificate)] == [certificate.studio.lead.username]
