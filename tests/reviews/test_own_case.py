"""Nobody acts on their own case, whatever is edited in between; what was approved is what is named."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from accounts.models import RoleCode, Side, User
from portal.demo.pictures import photo
from records.attachments import checked
from records.moves import DomainError
from reviews.actions import check_paper_form, name_studios, start_application, upload_paper_form
from reviews.models import Application, PaperForm, Part, Snapshot, State
from reviews.office.queues import to_act_on
from studios.models import Member
from tests.factories import ApplicationFactory, RoundFactory, UserFactory, give_role
from tests.reviews.test_paper_forms import png

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def fresh(application) -> Application:
    return Application.objects.get(pk=application.pk)


def may_sign(user, part, application) -> bool:
    return user.has_perm(f"reviews.sign_{part}", fresh(application))


@pytest.fixture
def submitted(cast):
    return ApplicationFactory(studio=cast.studio, submitted=True)


def test_a_member_of_the_papers_handed_in_signs_nothing_though_the_row_is_taken_away(cast):
    Member.objects.create(studio=cast.studio, user=cast.party, name=cast.party.name)
    application = ApplicationFactory(studio=cast.studio, submitted=True)
    Member.objects.filter(user=cast.party).delete()
    assert not may_sign(cast.party, "party", application)
    assert may_sign(cast.administration, "administration", application)


def test_a_member_typed_without_account_is_the_person_of_that_name_in_the_unit(cast):
    spelled = " ".join(cast.party.name)
    Member.objects.create(studio=cast.studio, name=spelled)
    application = ApplicationFactory(studio=cast.studio, submitted=True)
    assert not may_sign(cast.party, "party", application)


def test_who_has_signed_cannot_come_into_the_papers_afterwards(cast, submitted):
    submitted.endorse(Part.PARTY, by=cast.party, opinion="同意。")
    submitted.return_for_correction({"team": "请补充成员。"}, by=cast.department)
    Member.objects.create(studio=cast.studio, user=cast.party, name=cast.party.name)
    with pytest.raises(DomainError) as refused:
        fresh(submitted).resubmit(by=cast.lead, on=TODAY)
    assert [cast.party.name in problem for problem in refused.value.problems] == [True]
    assert (fresh(submitted).state, submitted.snapshots.count()) == (State.RETURNED, 1)


def test_two_people_of_one_name_both_sign(cast, submitted):
    namesake = UserFactory(name=cast.party.name, unit=cast.unit)
    give_role(namesake, RoleCode.UNIT_LEADER, unit=cast.unit, side=Side.ADMINISTRATION)
    submitted.endorse(Part.PARTY, by=cast.party, opinion="同意。")
    submitted.endorse(Part.ADMINISTRATION, by=namesake, opinion="同意。")
    assert submitted.endorsements.count() == 2


def stamped(application, by, **names) -> PaperForm:
    signed = {part: (name, "同意。") for part, name in names.items()}
    return upload_paper_form(
        application, by=by, scan=checked(ContentFile(photo(0), name="盖章.png")), signed=signed
    )


def test_one_name_in_two_spellings_on_paper_is_one_person(cast, submitted):
    submitted.endorse(Part.RECOMMENDATION, by=cast.department, opinion="同意推荐。")
    form = stamped(submitted, cast.department, administration=" ".join(cast.department.name))
    with pytest.raises(DomainError, match="三个人"):
        check_paper_form(form, by=cast.staff)
    assert submitted.endorsements.count() == 1


def test_who_uploaded_the_form_or_signed_does_not_check_or_accept(cast, submitted):
    give_role(cast.department, RoleCode.UNION_STAFF)
    form = stamped(submitted, cast.department, party="钱书记", administration="孙院长")
    with pytest.raises(DomainError, match="上传"):
        check_paper_form(form, by=cast.department)
    submitted.endorse(Part.RECOMMENDATION, by=cast.department, opinion="同意推荐。")
    check_paper_form(form, by=cast.staff)
    application = fresh(submitted)
    assert application.state == State.RECOMMENDED
    assert not cast.department.has_perm("reviews.accept_application", application)
    assert cast.staff.has_perm("reviews.accept_application", application)


def test_a_form_stamped_on_an_earlier_version_does_not_count(cast, submitted):
    form = stamped(submitted, cast.department, party="钱书记")
    submitted.return_for_correction({"team": "请补充成员。"}, by=cast.department)
    form.refresh_from_db()
    assert form.state == PaperForm.State.TURNED_DOWN
    application = fresh(submitted)
    application.resubmit(by=cast.lead, on=TODAY)
    again = stamped(application, cast.department, party="钱书记")
    PaperForm.objects.filter(pk=again.pk).update(snapshot=application.snapshots.first())
    with pytest.raises(DomainError, match="较早版本"):
        check_paper_form(PaperForm.objects.get(pk=again.pk), by=cast.staff)


def test_the_scan_is_seen_by_those_who_work_on_it_sign_or_compare(cast, submitted):
    stamped(submitted, cast.department, party="钱书记")
    seen = {who for who, user in cast.everybody().items() if PaperForm.objects.visible_to(user).exists()}
    assert seen == {
        "lead",
        "co_editor",
        "department",
        "department_member",
        "party",
        "administration",
        "staff",
        "staff_member",
    }


def test_rows_taken_away_while_the_papers_are_frozen_stop_the_handing_in(cast, monkeypatch):
    application = ApplicationFactory(studio=cast.studio)
    take = Snapshot.take.__func__

    def take_while_rows_go(cls, application, **options):
        application.studio.honours.all().delete()
        return take(cls, application, **options)

    monkeypatch.setattr(Snapshot, "take", classmethod(take_while_rows_go))
    with pytest.raises(DomainError):
        application.submit(by=cast.lead, on=TODAY)
    assert (fresh(application).state, application.snapshots.count()) == (State.DRAFT, 0)


def test_the_name_that_was_approved_is_named_whatever_is_typed_since(cast):
    application = ApplicationFactory(studio=cast.studio, approved=True)
    approved = cast.studio.name
    cast.studio.name = "国家级特级劳模创新工作室"
    cast.studio.save()
    document = name_studios([fresh(application)], by=cast.leader, named_on=TODAY, issued_on=TODAY, on=TODAY)
    certificate = cast.studio.certificates.get()
    cast.studio.refresh_from_db()
    assert {certificate.studio_name, cast.studio.name} == {approved}
    cast.studio.name = "再改名工作室"
    cast.studio.save()
    assert document.studios_by_unit() == [(cast.unit.name, [approved])]


def test_a_ban_that_came_since_the_start_stops_the_handing_in(cast):
    round_ = RoundFactory()
    application = ApplicationFactory(studio=cast.studio, round=round_)
    earlier = ApplicationFactory(studio=cast.studio, round=RoundFactory(on=TODAY - timedelta(days=366)))
    Application.objects.filter(pk=earlier.pk).update(
        state=State.REFUSED, submitted_at=timezone.now(), submitted_by=cast.lead
    )
    policy = round_.policy
    policy.ban_after_refusal = 2
    policy.save()
    with pytest.raises(DomainError) as refused:
        fresh(application).submit(by=cast.lead, on=TODAY)
    assert [str(round_.year + 1) in problem for problem in refused.value.problems] == [True]


def test_no_second_application_while_one_of_an_earlier_round_is_open(cast):
    ApplicationFactory(studio=cast.studio, round=RoundFactory(on=TODAY - timedelta(days=366)))
    with pytest.raises(DomainError, match="尚未结束"):
        start_application(cast.studio, RoundFactory(), by=cast.lead, on=TODAY)


def as_member(cast):
    return cast.member.name


def as_co_editor(cast):
    return cast.co_editor.name


def as_lead(cast):
    return cast.lead.name


def as_member_without_account(cast):
    return "宋青"


def as_they_are_entered(cast):
    """The account is of one name, the row of the papers of another."""
    cast.studio.members.filter(user=cast.member).update(name="王小婷")
    return "王小婷"


EACH_WAY = pytest.mark.parametrize(
    "name_of", [as_member, as_co_editor, as_lead, as_member_without_account, as_they_are_entered]
)


@EACH_WAY
def test_nobody_of_the_papers_signs_on_paper_however_they_are_in_them(name_of, cast, sign_in):
    name = name_of(cast)
    application = ApplicationFactory(studio=cast.studio, submitted=True)
    words = {"party_name": " ".join(name), "party_opinion": "同意", "scan": png()}
    page = sign_in(cast.department).post(reverse("reviews:stamped", args=[application.pk]), words)
    assert list(page.context["form"].errors) == ["party_name"]
    assert "请其本人在网上签署" in page.content.decode()
    form = stamped(application, cast.department, party=" ".join(name), administration="孙院长")
    with pytest.raises(DomainError, match="请退回这份盖章申报表"):
        check_paper_form(form, by=cast.staff)
    form.refresh_from_db()
    assert (form.state, application.endorsements.count()) == (PaperForm.State.UPLOADED, 0)


@EACH_WAY
def test_who_left_the_papers_after_they_were_handed_in_signs_none_on_paper_either(name_of, cast):
    name = name_of(cast)
    application = ApplicationFactory(studio=cast.studio, submitted=True)
    if name != cast.lead.name:
        cast.studio.members.all().delete()
        cast.studio.editors.all().delete()
    form = stamped(application, cast.department, party=name)
    with pytest.raises(DomainError, match=name):
        check_paper_form(form, by=cast.staff)


def test_who_came_into_the_studio_since_signs_none_on_paper(cast, submitted):
    form = stamped(submitted, cast.department, party="钱书记")
    Member.objects.create(studio=cast.studio, name="钱书记")
    with pytest.raises(DomainError, match="钱书记"):
        check_paper_form(form, by=cast.staff)


def test_one_who_bears_the_name_of_a_member_signs_online_where_the_account_tells_them_apart(cast, submitted):
    namesake = UserFactory(name=cast.member.name, unit=cast.unit)
    give_role(namesake, RoleCode.UNIT_LEADER, unit=cast.unit, side=Side.PARTY)
    assert may_sign(namesake, "party", submitted)
    fresh(submitted).endorse(Part.PARTY, by=namesake, opinion="同意。")
    returned = fresh(submitted)
    returned.return_for_correction({"team": "请补充成员。"}, by=cast.department)
    returned.resubmit(by=cast.lead, on=TODAY)
    assert returned.state == State.SUBMITTED


def test_a_member_of_another_unit_does_not_keep_the_name_from_signing_on_paper(cast):
    Member.objects.create(studio=cast.studio, user=cast.stranger, name=cast.stranger.name)
    application = ApplicationFactory(studio=cast.studio, submitted=True)
    form = stamped(application, cast.department, party=cast.stranger.name)
    check_paper_form(form, by=cast.staff)
    assert [one.signatory for one in application.endorsements.all()] == [cast.stranger.name]


def test_who_signed_on_paper_cannot_come_into_the_papers_with_an_account_either(cast, submitted):
    check_paper_form(stamped(submitted, cast.department, party=cast.expert.name), by=cast.staff)
    submitted.refresh_from_db()
    submitted.return_for_correction({"team": "请补充成员。"}, by=cast.department)
    cast.expert.unit = cast.unit
    cast.expert.save()
    Member.objects.create(studio=cast.studio, user=cast.expert, name=cast.expert.name)
    with pytest.raises(DomainError) as refused:
        fresh(submitted).resubmit(by=cast.lead, on=TODAY)
    assert [cast.expert.name in problem for problem in refused.value.problems] == [True]


def as_the_office_too(person):
    """The person with the work of the union's office beside the own, as read anew."""
    for code in (RoleCode.UNION_STAFF, RoleCode.UNION_LEADER):
        give_role(person, code)
    return User.objects.get(pk=person.pk)


OFFICE_WORK = ["check_paper_form", "accept_application", "decide_application", "name_application"]


def office_work_of(person, application) -> set[str]:
    return {work for work in OFFICE_WORK if person.has_perm(f"reviews.{work}", fresh(application))}


def test_who_signed_on_paper_does_not_check_that_paper(cast, submitted, sign_in):
    party = as_the_office_too(cast.party)
    form = stamped(submitted, cast.department, party=" ".join(party.name))
    page = reverse("admin:reviews_paperform_change", args=[form.pk])
    assert 'name="check"' not in sign_in(party).get(page).content.decode()
    assert "在表上签字的人不核对" in sign_in(party).post(page, {"check": "1"}, follow=True).content.decode()
    form.refresh_from_db()
    assert (form.state, submitted.endorsements.count()) == (PaperForm.State.UPLOADED, 0)
    waiting = {
        person.name: PaperForm.objects.to_be_checked_by(person).count() for person in (party, cast.staff)
    }
    assert waiting == {party.name: 0, cast.staff.name: 1}
    assert 'name="check"' in sign_in(cast.staff).get(page).content.decode()


@pytest.mark.parametrize("way", ["online", "on paper"])
def test_who_signed_takes_no_part_in_what_follows(way, cast, submitted):
    party = as_the_office_too(cast.party)
    assert office_work_of(party, submitted) == set(OFFICE_WORK)
    if way == "online":
        submitted.endorse(Part.PARTY, by=party, opinion="同意。")
    else:
        check_paper_form(stamped(submitted, cast.department, party=" ".join(party.name)), by=cast.staff)
    assert office_work_of(party, submitted) == set()
    assert not may_sign(party, "party", submitted)
    assert to_act_on(Application.objects.all(), party) == []
    assert to_act_on(Application.objects.all(), cast.leader) == [submitted]
