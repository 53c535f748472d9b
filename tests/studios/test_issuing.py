"""Issuing certificates and plaques: one, many as a job with one ZIP, each once; and the office's list of them."""

import hashlib
import threading
import zipfile
from datetime import date

import pytest
from django.core.files.storage import default_storage
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from records.documents import MissingGlyph
from records.jobs import FUNCTIONS, Job
from records.moves import DomainError
from records.outbox import drain
from studios import issuing
from studios.models import Certificate, Cycle, IssuedPaper, Member
from tests.factories import PolicyFactory, StudioFactory, UserFactory

LIST = reverse("admin:studios_certificate_changelist")


def certify(name="龚䶮", *, serial=1, year=2026, **fields) -> Certificate:
    """A studio with its first cycle and certificate, as a naming leaves it."""
    studio = StudioFactory(lead__name=name, state="named")
    starts, ends = date(year, 5, 1), date(year + 3, 4, 30)
    cycle = Cycle.objects.create(
        studio=studio, number=1, starts_on=starts, ends_on=ends, policy=PolicyFactory()
    )
    return Certificate.objects.create(
        studio=studio,
        cycle=cycle,
        year=year,
        serial=serial,
        number=f"{year}-{serial:03d}",
        studio_name=studio.name,
        lead_name=name,
        starts_on=starts,
        ends_on=ends,
        issued_on=date(year, 4, 20),
        issued_by=UserFactory(),
        **fields,
    )


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


@pytest.fixture
def quick_press(monkeypatch):
    """PDFs without typesetting, each other than the last; returns what was pressed."""
    pressed = []

    def press(certificate, *, preview=False):
        pressed.append(certificate.number)
        return b"%PDF-1.7 " + f"{certificate.number} {len(pressed)}".encode()

    monkeypatch.setattr(issuing, "PRESSES", dict.fromkeys(IssuedPaper.Kind, press))
    return pressed


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


# -- the office -------------------------------------------------------------------------------------------------


def test_who_sees_certificates_and_who_issues_them(cast, sign_in, quick_press):
    certificate = certify()
    page = reverse("admin:studios_certificate_change", args=[certificate.pk])
    issue = reverse("admin:studios_certificate_issue", args=[certificate.pk])
    seen, issued = set(), set()
    for name, user in cast.everybody().items():
        client = sign_in(user)
        seen |= {name} if client.get(page).status_code == 200 else set()
        IssuedPaper.objects.all().delete()
        client.post(issue)
        issued |= {name} if IssuedPaper.objects.exists() else set()
    assert seen == {"staff", "staff_member", "leader", "leader_lead", "auditor"}
    assert issued == {"staff", "staff_member", "leader", "leader_lead"}


def test_nobody_issues_the_certificate_of_the_own_studio(cast, sign_in, quick_press):
    own, other = certify(), certify("王㛃", serial=2)
    Member.objects.create(studio=own.studio, user=cast.staff, name=cast.staff.name)
    client = sign_in(cast.staff)
    assert client.post(reverse("admin:studios_certificate_issue", args=[own.pk])).status_code == 403
    assert not IssuedPaper.objects.exists()
    page = client.get(reverse("admin:studios_certificate_change", args=[own.pk])).content.decode()
    assert "制发证书和铭牌</button>" not in page
    data = {"action": "issue_many", "_selected_action": [own.pk, other.pk]}
    page = client.post(LIST, data)
    assert [one["certificate"] for one in page.context["certificates"]] == [other]
    assert [one for one, _reason in page.context["left_out"]] == [own]
    client.post(LIST, {**data, "confirm": "1"})
    assert Job.objects.get().payload["certificates"] == [other.pk]


def test_issuing_is_a_post(cast, sign_in):
    certificate = certify()
    assert (
        sign_in(cast.staff).get(reverse("admin:studios_certificate_issue", args=[certificate.pk])).status_code
        == 405
    )
    assert not IssuedPaper.objects.exists()


def test_a_preview_works_before_issue_and_makes_nothing(cast, sign_in):
    certificate = certify()
    client = sign_in(cast.auditor)
    for kind in IssuedPaper.Kind:
        response = client.get(reverse("admin:studios_certificate_preview", args=[certificate.pk, kind]))
        assert b"".join(response.streaming_content).startswith(b"%PDF")
    assert (
        client.get(reverse("admin:studios_certificate_preview", args=[certificate.pk, "poster"])).status_code
        == 404
    )
    assert not IssuedPaper.objects.exists()


def test_an_issued_certificate_offers_its_downloads(cast, sign_in, quick_press):
    certificate = certify()
    client = sign_in(cast.staff)
    response = client.post(reverse("admin:studios_certificate_issue", args=[certificate.pk]), follow=True)
    page = response.content.decode()
    for kind in IssuedPaper.Kind:
        url = reverse("studios:paper", args=[certificate.studio_id, certificate.pk, kind])
        assert url in page
        assert b"".join(client.get(url).streaming_content).startswith(b"%PDF")
    assert "制发证书和铭牌</button>" not in page


def test_the_action_starts_a_batch_and_leads_to_its_page(cast, sign_in, quick_press):
    certificates = [certify(), certify("王㛃", serial=2)]
    certify("被撤销", serial=3, revoked_on=date(2027, 1, 5), revoked_reason="弄虚作假")
    data = {"action": "issue_many", "_selected_action": [one.pk for one in Certificate.objects.all()]}
    client = sign_in(cast.staff)
    page = client.post(LIST, data)
    assert [one["certificate"].number for one in page.context["certificates"]] == ["2026-001", "2026-002"]
    assert [one.number for one, _reason in page.context["left_out"]] == ["2026-003"]
    for one in page.context["certificates"]:
        for _label, url in one["previews"]:
            assert client.get(url).getvalue().startswith(b"%PDF")
    assert not Job.objects.exists()
    data |= {"confirm": "1"}
    response = client.post(LIST, data)
    work = Job.objects.get()
    assert response.url == work.get_absolute_url()
    assert work.payload == {
        "certificates": [one.pk for one in certificates],
        "numbers": [one.number for one in certificates],
    }
    sign_in(cast.auditor).post(LIST, data)
    assert Job.objects.count() == 1


@pytest.mark.parametrize("asked", ["龚䶮", "gongyan", "gyl", "2026-001", "G0001", "GONG YAN"])
def test_a_certificate_is_found(cast, sign_in, asked):
    certificate = certify()
    certificate.studio.lead.staff_no = "G0001"
    certificate.studio.lead.save()
    certify("王㛃", serial=2)
    found = sign_in(cast.staff).get(LIST, {"q": asked}).context["cl"].result_list
    assert [one.number for one in found] == ["2026-001"]


def test_filters_by_standing_and_by_files(cast, sign_in, quick_press):
    issuing.issue(certify())
    certify("王㛃", serial=2)
    certify("被撤销", serial=3, revoked_on=date(2027, 1, 5), revoked_reason="弄虚作假")
    certify("到期", serial=1, year=2020)
    client = sign_in(cast.staff)

    def found(**asked):
        return {one.number for one in client.get(LIST, asked).context["cl"].result_list}

    assert found(standing="revoked") == {"2026-003"}
    assert found(standing="expired") == {"2020-001"}
    assert found(standing="valid") == {"2026-001", "2026-002"}
    assert found(papers="lacking") == {"2026-002", "2020-001"}
    assert found(papers="made") == {"2026-001"}
    assert found(year=2020) == {"2020-001"}
    assert found(unit=str(Certificate.objects.get(number="2026-002").studio.unit_id)) == {"2026-002"}


def test_the_list_asks_the_same_number_of_queries_with_1_and_with_30_rows(cast, sign_in, quick_press):
    client = sign_in(cast.staff)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(LIST).status_code == 200
        return len([query for query in asked if query["sql"].startswith("SELECT")])

    issuing.issue(certify())
    one = queries()
    for serial in range(2, 31):
        certify(f"王第{serial}", serial=serial)
    assert queries() == one <= 10
