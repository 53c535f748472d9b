"""Anyone may check a certificate, by number or code, and learns nothing that the plaque does not say."""

import html
from datetime import date

import pytest
import time_machine

from records.rates import Rate
from studios.models import Certificate, Cycle, Studio
from tests.factories import PolicyFactory, StudioFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def certificate() -> Certificate:
    studio = StudioFactory(
        name="阿依古丽·买买提劳模创新工作室", state=Studio._meta.get_field("state").default
    )
    cycle = Cycle.objects.create(
        studio=studio, number=1, starts_on=date(2026, 5, 1), ends_on=date(2029, 4, 30), policy=PolicyFactory()
    )
    return Certificate.objects.create(
        studio=studio,
        cycle=cycle,
        year=2026,
        serial=3,
        number="2026-003",
        studio_name=studio.name,
        lead_name=studio.lead.name,
        starts_on=cycle.starts_on,
        ends_on=cycle.ends_on,
        issued_on=date(2026, 4, 28),
        issued_by=studio.lead,
    )


def text_of(client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_what_is_not_found_is_said_back_as_it_was_typed(client):
    for asked in ("<b>x", "abc 12", "2026004"):
        page = client.get("/check/", {"number": f" {asked} "})
        assert f"“{asked}”" in html.unescape(page.content.decode())
    assert "<b>x" not in client.get("/check/", {"number": "<b>x"}).content.decode()


@pytest.mark.parametrize("asked", ["2026-003", " 2026－003 ", "２０２６-００３", "2026—003", "2026003"])
def test_a_number_is_found_however_it_is_typed(client, certificate, asked):
    with time_machine.travel("2026-11-22"):
        response = client.get("/check/", {"number": asked})
    assert "证书真实，在有效期内" in response.content.decode()


def test_the_code_of_the_qr_leads_to_the_same(client, certificate):
    with time_machine.travel("2026-11-22"):
        text = text_of(client, f"/check/{certificate.code}/")
    assert "证书真实，在有效期内" in text
    assert certificate.studio_name in text
    assert "2026年5月1日至2029年4月30日" in text


def test_on_the_last_day_it_is_valid_and_on_the_next_expired(client, certificate):
    with time_machine.travel("2029-04-30T12:00:00+08:00"):
        assert "在有效期内" in text_of(client, "/check/?number=2026-003")
    with time_machine.travel("2029-05-01T00:30:00+08:00"):
        assert "有效期已满" in text_of(client, "/check/?number=2026-003")


def test_before_its_first_day_it_is_not_in_force_yet(client, certificate):
    with time_machine.travel("2026-04-30T23:00:00+08:00"):
        text = text_of(client, "/check/?number=2026-003")
    assert "尚未生效" in text
    assert "证书真实，有效期自 2026年5月1日 起" in text
    assert "在有效期内" not in text
    with time_machine.travel("2026-05-01T00:30:00+08:00"):
        assert "在有效期内" in text_of(client, "/check/?number=2026-003")


def test_a_revoked_one_says_so_and_not_why(client, certificate):
    certificate.revoked_on, certificate.revoked_reason = date(2027, 9, 1), "弄虚作假"
    certificate.save()
    text = text_of(client, "/check/?number=2026-003")
    assert "称号已于 2027年9月1日 撤销" in text
    assert "弄虚作假" not in text


def test_nothing_personal_is_told(client, certificate):
    lead = certificate.studio.lead
    text = text_of(client, f"/check/{certificate.code}/").replace(certificate.studio_name, "")
    for secret in (lead.name, lead.phone, lead.email, lead.staff_no, lead.unit.name):
        assert secret not in text


def test_an_unknown_number_is_answered_politely(client, certificate):
    assert "查无此证书" in text_of(client, "/check/?number=2033-001")
    assert client.get("/check/NOSUCHCODE/").status_code == 404


def test_an_empty_question_leads_to_its_field(client):
    text = text_of(client, "/check/?number=")
    assert 'href="#id_number"' in text
    assert "填写证书编号" in text


def test_numbers_cannot_be_walked_through(client, certificate, monkeypatch):
    monkeypatch.setattr("portal.certificates.CHECKS", Rate(3, 600))
    answers = [client.get("/check/?number=2026-003").status_code for _try in range(5)]
    assert answers == [200, 200, 200, 429, 429]
    elsewhere = client.get("/check/?number=2026-003", REMOTE_ADDR="10.0.0.9")
    assert elsewhere.status_code == 200
    with time_machine.travel("2126-01-01"):
        assert client.get("/check/?number=2026-003").status_code == 200


def test_who_goes_on_asking_is_answered_again_when_the_time_is_over(client, certificate, monkeypatch):
    """Neither the checks that were answered nor those that were refused put the end off."""
    monkeypatch.setattr("portal.certificates.CHECKS", Rate(3, 600))
    with time_machine.travel("2026-11-22T09:00:00+08:00", tick=False) as clock:
        answers = []
        for _minute in range(13):
            answers.append(client.get("/check/?number=2026-003").status_code)
            clock.shift(60)
    assert answers == [200] * 3 + [429] * 7 + [200] * 3


def test_what_is_asked_is_shown_as_text(client):
    response = client.get("/check/", {"number": "<script>alert(1)</script>"})
    assert "<script>ALERT(1)" not in response.content.decode()
