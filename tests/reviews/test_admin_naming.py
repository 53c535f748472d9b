"""Naming in the office: looked at before, done once, with document, cycle, certificate and notices."""

import io
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from records import outbox
from reviews import issuing
from reviews.actions import name_studios
from reviews.models import Application, DecisionDocument, State
from reviews.office.naming import NamingForm
from studios.models import Certificate, Cycle, IssuedPaper
from tests.factories import ApplicationFactory, RoundFactory, StudioFactory, UserFactory

NAMING = reverse("admin:reviews_application_naming")
DECISIONS = reverse("admin:reviews_decisiondocument_changelist")
OFFICE = {"staff", "staff_member", "leader", "leader_lead", "auditor"}


def opens(client, url) -> bool:
    """Whether the page or file is shown. The file is closed; ``close()`` would end the test's transaction too."""
    response = client.get(url)
    for close in response._resource_closers:
        close()
    return response.status_code == 200


def text_of(response) -> str:
    data = b"".join(response.streaming_content)
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)


def days(round_) -> dict:
    return {"named_on": round_.naming_on.isoformat(), "issued_on": timezone.localdate().isoformat()}


@pytest.fixture
def approved(cast):
    return ApplicationFactory(studio=cast.studio, approved=True)


def name(client, *applications, **typed):
    return client.post(
        NAMING, {"pk": [one.pk for one in applications], **days(applications[0].round), **typed}
    )


def test_the_page_proposes_the_naming_day_of_the_round_and_today(cast, sign_in, approved):
    form = sign_in(cast.leader).get(NAMING, {"pk": approved.pk}).context["form"]
    assert form["named_on"].value() == approved.round.naming_on
    assert form["issued_on"].value() == timezone.localdate()


def test_only_leaders_come_to_the_page_and_name(cast, sign_in, approved):
    opened = set()
    for who, user in cast.everybody().items():
        client = sign_in(user)
        opened |= {who} if client.get(NAMING, {"pk": approved.pk}).status_code == 200 else set()
        if who not in ("leader", "leader_lead"):
            name(client, approved)
            assert not DecisionDocument.objects.exists(), who
    assert opened == {"leader", "leader_lead"}


def test_one_press_names_several_in_one_decision(cast, sign_in, approved):
    other = ApplicationFactory(approved=True)
    response = name(sign_in(cast.leader), approved, other)
    document = DecisionDocument.objects.get()
    assert response.url == f"{reverse('admin:reviews_decisiondocument_change', args=[document.pk])}?named=1"
    assert document.number == f"校工〔{timezone.localdate().year}〕1号"
    assert set(Application.objects.values_list("state", "document")) == {(State.NAMED, document.pk)}
    year = approved.round.naming_on.year
    assert set(Certificate.objects.values_list("number", flat=True)) == {f"{year}-001", f"{year}-002"}
    assert set(Cycle.objects.values_list("starts_on", "number")) == {(approved.round.naming_on, 1)}


def test_the_confirmation_says_number_certificates_and_what_comes_next(cast, sign_in, approved):
    client = sign_in(cast.leader)
    page = client.get(name(client, approved).url).content.decode()
    certificate = Certificate.objects.get()
    for said in (
        "已命名 1 个工作室",
        DecisionDocument.objects.get().number,
        certificate.number,
        cast.studio.name,
        "待制发的证书",
    ):
        assert said in page


def test_pressed_twice_it_names_once_and_says_so(cast, sign_in, approved):
    client = sign_in(cast.leader)
    name(client, approved)
    response = client.post(NAMING, {"pk": approved.pk, **days(approved.round)}, follow=True)
    document = DecisionDocument.objects.get()
    assert response.redirect_chain[-1][0] == reverse(
        "admin:reviews_decisiondocument_change", args=[document.pk]
    )
    assert f"已由{document.number}命名" in response.content.decode()
    assert Certificate.objects.count() == 1


def test_who_cannot_be_named_is_left_out_with_the_reason(cast, sign_in, approved):
    # No release lets such a name through; the font of the certificate may lack what an earlier one had.
    rare = ApplicationFactory(approved=True)
    Application.objects.filter(pk=rare.pk).update(named={**rare.named, "lead": "王\U000323af"})
    own = ApplicationFactory(studio=cast.own_studio, approved=True)
    held = ApplicationFactory(held=True)
    last_year = RoundFactory(on=timezone.localdate() - timedelta(days=365))
    other_round = ApplicationFactory(approved=True)
    Application.objects.filter(pk=other_round.pk).update(round=last_year)
    chosen = [approved, rare, own, held, other_round]
    client = sign_in(cast.leader_lead)
    page = client.get(NAMING, {"pk": [one.pk for one in chosen]})
    assert {row.application.pk: row.reason for row in page.context["excluded"]} == {
        rare.pk: "证书字体中没有\U000323af（U+323AF）",
        own.pk: "与本人有关，应由他人办理",
        held.pk: "当前状态为“暂缓”",
        other_round.pk: "属于另一轮评选，应另行发文命名",
    }
    page = name(client, *chosen)
    assert "没有命名任何工作室" in page.content.decode()
    assert {row.application.pk for row in page.context["excluded"]} == {one.pk for one in chosen[1:]}
    assert not DecisionDocument.objects.exists()
    name(client, approved)
    assert set(Application.objects.filter(state=State.NAMED).values_list("pk", flat=True)) == {approved.pk}


def test_a_page_that_is_no_longer_true_names_nobody_and_is_shown_again_with_the_reason(
    cast, sign_in, approved
):
    """Naming cannot be taken back: what was looked at is named whole, or not at all."""
    other = ApplicationFactory(approved=True)
    today = timezone.localdate()
    document = name_studios([other], by=cast.leader, named_on=today, issued_on=today, on=today)
    client = sign_in(cast.leader)
    page = name(client, approved, other)
    assert "没有命名任何工作室" in page.content.decode()
    assert [(row.application.pk, row.reason) for row in page.context["excluded"]] == [
        (other.pk, "当前状态为“已命名”")
    ]
    assert [one.pk for one in page.context["ready"]] == [approved.pk]
    assert list(DecisionDocument.objects.all()) == [document]
    typed = page.context["form"]["named_on"].value()
    assert typed == approved.round.naming_on.isoformat()
    assert name(client, approved).status_code == 302
    assert DecisionDocument.objects.count() == 2


def test_when_one_was_withdrawn_meanwhile_the_rest_is_shown_again_before_it_is_named(
    cast, sign_in, approved, monkeypatch
):
    """All or none: between the page and the press a row may have been named by somebody else."""
    client = sign_in(cast.leader)
    real = issuing.announce

    def fail(document):
        real(document)
        from records.moves import DomainError

        raise DomainError("改了主意")

    monkeypatch.setattr("reviews.actions.announce", fail)
    response = name(client, approved)
    assert response.url == f"{NAMING}?pk={approved.pk}"
    assert not DecisionDocument.objects.exists()
    assert not Certificate.objects.exists()
    assert not outbox.Outbox.objects.filter(kind="decision").exists()
    assert Application.objects.get().state == State.APPROVED


@pytest.mark.parametrize("field", ["named_on", "issued_on"])
@pytest.mark.parametrize("wrong", ["", "2026年5月", "1926-05-01", "2206-05-01"])
def test_a_wrong_day_is_said_at_its_field(db, field, wrong):
    round_ = RoundFactory()
    form = NamingForm({**days(round_), field: wrong}, round_=round_, on=date(2026, 4, 20))
    assert not form.is_valid()
    assert set(form.errors) == {field}
    assert form.days()[field] == form.fields[field].initial


def test_previews_show_the_days_that_are_typed_and_name_nobody(cast, sign_in, approved):
    client = sign_in(cast.leader)
    other_day = approved.round.naming_on + timedelta(days=1)
    response = name(client, approved, named_on=other_day.isoformat(), look="1")
    assert f"named_on={other_day.isoformat()}" in response.context["decision"]
    [unit] = response.context["units"]
    assert text_of(client.get(unit["studios"][0]["certificate"])).count("龚䶮") >= 1
    assert text_of(client.get(unit["studios"][0]["plaque"]))
    decision = text_of(client.get(response.context["decision"]))
    assert "文号待编" in decision
    assert f"{other_day.year}年{other_day.month}月{other_day.day}日" in decision
    assert not DecisionDocument.objects.exists()
    assert not Certificate.objects.exists()


def test_previews_are_for_those_who_name_and_issue(cast, sign_in, approved):
    urls = [
        reverse("admin:reviews_application_preview", args=[approved.pk, "certificate"]),
        f"{reverse('admin:reviews_application_preview_decision')}?pk={approved.pk}",
    ]
    for url in urls:
        seen = {who for who, user in cast.everybody().items() if opens(sign_in(user), url)}
        assert seen == OFFICE - {"auditor"}
    assert sign_in(cast.leader).get(f"{urls[0]}?named_on=2026-99-99").status_code == 200


def test_the_page_asks_the_same_number_of_queries_for_1_and_for_5(cast, sign_in, approved):
    client = sign_in(cast.leader)

    def queries(*keys) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(NAMING, {"pk": keys}).status_code == 200
        return len([query for query in asked if query["sql"].startswith("SELECT")])

    more = [ApplicationFactory(approved=True).pk for _number in range(4)]
    assert queries(approved.pk, *more) == queries(approved.pk) <= 12


# -- the document -----------------------------------------------------------------------------------------------


def test_the_file_of_the_decision_is_made_once_after_the_naming(cast, sign_in, approved):
    name(sign_in(cast.leader), approved)
    document = DecisionDocument.objects.get()
    assert not document.file
    outbox.drain()
    document.refresh_from_db()
    kept = (document.file.name, document.sha256)
    assert all(kept)
    issuing.issue(DecisionDocument.objects.get())
    issuing.issue(document)
    document.refresh_from_db()
    assert (document.file.name, document.sha256) == kept
    assert len(document.file.storage.listdir(f"decisions/{document.year}")[1]) == 1


def test_of_two_that_make_the_file_one_counts(cast, sign_in, approved):
    name(sign_in(cast.leader), approved)
    one, other = DecisionDocument.objects.get(), DecisionDocument.objects.get()
    issuing.issue(one)
    issuing.issue(other)
    assert (one.file.name, one.sha256) == (other.file.name, other.sha256)
    assert len(one.file.storage.listdir(f"decisions/{one.year}")[1]) == 1


def test_the_decision_is_read_by_the_office_and_by_those_it_names(cast, sign_in, approved):
    name(sign_in(cast.leader), approved)
    document = DecisionDocument.objects.get()
    url = reverse("reviews:decision", args=[document.pk])
    read = {who for who, user in cast.everybody().items() if opens(sign_in(user), url)}
    concerned = {"lead", "co_editor", "member", "department", "department_member", "party", "administration"}
    assert read == OFFICE | concerned
    response = sign_in(cast.lead).get(url)
    assert cast.studio.name in text_of(response)
    assert response["Content-Type"] == "application/pdf"


def test_decisions_are_listed_and_shown_to_the_office(cast, sign_in, approved):
    name(sign_in(cast.leader), approved)
    page = reverse("admin:reviews_decisiondocument_change", args=[DecisionDocument.objects.get().pk])
    for url in (DECISIONS, page):
        assert {who for who, user in cast.everybody().items() if opens(sign_in(user), url)} == OFFICE
    assert not IssuedPaper.objects.exists()


def test_certificates_are_numbered_in_the_order_in_which_the_decision_lists_them(cast):
    later, earlier = (
        ApplicationFactory(approved=True, studio__lead__unit__code=code) for code in ("00900", "00100")
    )
    today = timezone.localdate()
    name_studios([later, earlier], by=cast.leader, named_on=today, issued_on=today, on=today)
    numbered = Certificate.objects.order_by("serial").values_list("studio", flat=True)
    assert list(numbered) == [earlier.studio_id, later.studio_id]


def test_a_decision_is_found_by_what_it_names(cast, sign_in):
    named = ApplicationFactory(
        studio=StudioFactory(complete=True, lead=UserFactory(name="曾弢英")), named=True
    )
    ApplicationFactory(studio=StudioFactory(complete=True, lead=UserFactory(name="李明")), named=True)
    client = sign_in(cast.auditor)
    for words in ("曾弢", "zengtao", "zty", named.document.number):
        rows = client.get(reverse("admin:reviews_decisiondocument_changelist"), {"q": words}).context["cl"]
        assert [(row.pk, row.named) for row in rows.result_list] == [(named.document.pk, 1)], words
