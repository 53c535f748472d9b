"""Certificates in the office: who sees and who issues them, the list and how it is searched."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from records.jobs import Job
from studios import issuing
from studios.models import Certificate, IssuedPaper, Member
from tests.studios.certificates import certify

LIST = reverse("admin:studios_certificate_changelist")


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
