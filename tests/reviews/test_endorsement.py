"""The recommendation and the two sign-offs: any order, three people, nobody on their own case."""

from datetime import timedelta
from itertools import permutations

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import RoleCode, Side
from records.attachments import checked
from records.moves import DomainError, IllegalMove
from reviews.actions import check_paper_form, upload_paper_form
from reviews.models import Application, Endorsement, Part, State
from studios.models import Member
from tests.factories import ApplicationFactory, UserFactory, endorse_all, give_role, signatories
from tests.reviews.test_paper_forms import png

pytestmark = pytest.mark.django_db
PARTS = [Part.RECOMMENDATION, Part.PARTY, Part.ADMINISTRATION]


@pytest.fixture
def submitted(cast):
    return ApplicationFactory(studio=cast.studio, submitted=True)


def sign_url(application):
    return reverse("reviews:sign", args=[application.pk])


def sign(client, application, part, opinion="同意"):
    return client.post(sign_url(application), {"part": part, "opinion": opinion}, follow=True)


@pytest.mark.parametrize("order", list(permutations(PARTS)), ids="-".join)
def test_the_three_are_signed_in_any_order_and_the_third_completes_them(order, cast, submitted, sign_in):
    who = {
        Part.RECOMMENDATION: cast.department,
        Part.PARTY: cast.party,
        Part.ADMINISTRATION: cast.administration,
    }
    for count, part in enumerate(order, start=1):
        assert sign(sign_in(who[part]), submitted, part, f"意见{part}").status_code == 200
        submitted.refresh_from_db()
        assert submitted.state == (State.RECOMMENDED if count == 3 else State.SUBMITTED)
    rows = set(Endorsement.objects.values_list("part", "by", "opinion", "snapshot__version"))
    assert rows == {(part, who[part].pk, f"意见{part}", 1) for part in PARTS}


@pytest.mark.parametrize("part", PARTS)
def test_exactly_the_holder_of_the_office_signs_a_part(part, cast, submitted, sign_in):
    signed = set()
    for name, user in cast.everybody().items():
        before = set(Endorsement.objects.values_list("pk", flat=True))
        sign(sign_in(user), submitted, part)
        if set(Endorsement.objects.values_list("pk", flat=True)) != before:
            signed.add(name)
            Endorsement.objects.all().delete()
    holder = {Part.RECOMMENDATION: "department", Part.PARTY: "party", Part.ADMINISTRATION: "administration"}[
        part
    ]
    assert signed == {holder}


def test_who_holds_all_three_offices_signs_one_part_only(cast, submitted, sign_in):
    everything = UserFactory(
        unit=cast.unit, roles=[(RoleCode.DEPARTMENT_UNION,), (RoleCode.UNIT_LEADER, Side.PARTY)]
    )
    give_role(everything, RoleCode.UNIT_LEADER, unit=cast.unit, side=Side.ADMINISTRATION)
    client = sign_in(everything)
    page = client.get(sign_url(submitted)).content.decode()
    assert all(str(part.label) in page for part in Part)
    sign(client, submitted, Part.PARTY)
    second = sign(client, submitted, Part.ADMINISTRATION)
    assert "须由三个人分别签署" in second.content.decode()
    assert [one.part for one in Endorsement.objects.all()] == [Part.PARTY]
    with pytest.raises(DomainError):
        submitted.endorse(Part.RECOMMENDATION, by=everything, opinion="同意")


def test_signing_needs_an_opinion(cast, submitted, sign_in):
    response = sign(sign_in(cast.department), submitted, Part.RECOMMENDATION, opinion="   ")
    assert "error-summary" in response.content.decode()
    assert not Endorsement.objects.exists()


def test_a_part_is_signed_once_and_the_second_office_holder_reads_so(cast, submitted, sign_in):
    colleague = UserFactory(unit=cast.unit, roles=[(RoleCode.DEPARTMENT_UNION,)])
    sign(sign_in(cast.department), submitted, Part.RECOMMENDATION)
    assert "已经签署" in sign(sign_in(colleague), submitted, Part.RECOMMENDATION).content.decode()
    assert "您已经签署过" in sign(sign_in(cast.department), submitted, Part.RECOMMENDATION).content.decode()
    assert Endorsement.objects.count() == 1


@pytest.mark.parametrize("way", ["member", "editor", "lead"])
def test_nobody_signs_for_their_own_studio(way, cast, submitted, sign_in):
    officer = cast.department
    if way == "member":
        Member.objects.create(studio=cast.studio, user=officer, name=officer.name)
    elif way == "editor":
        cast.studio.editors.create(user=officer)
    else:
        cast.studio.lead = officer
        cast.studio.save()
    response = sign(sign_in(officer), submitted, Part.RECOMMENDATION)
    assert response.status_code == 403
    assert "本人须回避" in response.content.decode()
    assert not Endorsement.objects.exists()


def test_an_officer_of_a_unit_above_signs_and_one_of_a_unit_beside_does_not(cast, submitted, sign_in):
    from tests.factories import UnitFactory

    above, beside = UnitFactory(), UnitFactory()
    cast.unit.parent = above
    cast.unit.save()
    upper = UserFactory(unit=above, roles=[(RoleCode.DEPARTMENT_UNION,)])
    other = UserFactory(unit=beside, roles=[(RoleCode.DEPARTMENT_UNION,)])
    assert sign(sign_in(other), submitted, Part.RECOMMENDATION).status_code == 404
    sign(sign_in(upper), submitted, Part.RECOMMENDATION)
    assert Endorsement.objects.get().by == upper


def test_signing_before_and_after_its_time_changes_nothing(cast, sign_in):
    draft = ApplicationFactory(studio=cast.studio)
    assert "当前状态" in sign(sign_in(cast.department), draft, Part.RECOMMENDATION).content.decode()
    with pytest.raises(IllegalMove):
        draft.endorse(Part.PARTY, by=cast.party, opinion="同意")
    done = ApplicationFactory(studio=cast.own_studio, recommended=True)
    before = set(Endorsement.objects.values_list("pk", flat=True))
    colleague = UserFactory(unit=cast.unit, roles=[(RoleCode.DEPARTMENT_UNION,)])
    assert "当前状态" in sign(sign_in(colleague), done, Part.RECOMMENDATION).content.decode()
    assert set(Endorsement.objects.values_list("pk", flat=True)) == before


def test_the_page_shows_opinion_who_when_and_the_version_it_was_given_on(cast, submitted, sign_in):
    sign(sign_in(cast.department), submitted, Part.RECOMMENDATION, "团队扎实，同意推荐")
    page = sign_in(cast.lead).get(submitted.get_absolute_url()).content.decode()
    assert "团队扎实，同意推荐" in page
    assert cast.department.name in page
    assert "依据第 1 版" in page
    assert page.count(">待签署<") == 2


@pytest.mark.parametrize(
    ("who", "word"),
    [
        ("department", "不予推荐"),
        ("party", "不同意申报"),
        ("administration", "不同意申报"),
    ],
)
def test_each_office_refuses_in_its_own_word_until_it_has_signed(who, word, cast, submitted, sign_in):
    def objections(user):
        acts = sign_in(user).get(submitted.get_absolute_url()).context["acts"]
        return [act.label for act in acts if act.url.endswith(("/return/", "/refuse/"))]

    user = getattr(cast, who)
    assert objections(user) == ["退回修改", word]
    refuse = reverse("reviews:refuse", args=[submitted.pk])
    assert f"{word}：{cast.studio.name}" in sign_in(user).get(refuse).content.decode()
    part = {"department": Part.RECOMMENDATION}.get(who, who)
    sign(sign_in(user), submitted, part)
    assert objections(user) == ["退回修改"]
    other = cast.party if who != "party" else cast.administration
    assert objections(other) == ["退回修改", "不同意申报"]


@pytest.mark.once
@pytest.mark.parametrize(
    ("part", "way"), [(None, ""), *[(part, "online") for part in PARTS], (Part.PARTY, "on paper")]
)
def test_who_has_signed_returns_it_and_refuses_it_no_more(part, way, cast, submitted, sign_in):
    """What the page offers is what the server does: everybody presses either button, whatever they see."""
    people = dict(zip(PARTS, (cast.department, cast.party, cast.administration), strict=True))
    if part and way == "online":
        submitted.endorse(part, by=people[part], opinion="同意")
    elif part:
        names = {part: (people[part].name, "同意")}
        colleague = UserFactory(unit=cast.unit, roles=[(RoleCode.DEPARTMENT_UNION,)])
        form = upload_paper_form(submitted, by=colleague, scan=checked(png()), signed=names)
        check_paper_form(form, by=cast.staff)
    later = (timezone.localdate() + timedelta(days=40)).isoformat()
    sent = {"return": {"reason_team": "请补充", "correct_by": later}, "refuse": {"reason": "团队尚未成形"}}
    done, offered = set(), set()
    for name, user in cast.everybody().items():
        page = sign_in(user).get(submitted.get_absolute_url())
        acts = page.context["acts"] if page.status_code == 200 else []
        for verb, words in sent.items():
            url = reverse(f"reviews:{verb}", args=[submitted.pk])
            offered |= {(name, verb)} if url in [act.url for act in acts] else set()
            with transaction.atomic():
                answer = sign_in(user).post(url, words, follow=True)
                if Application.objects.get().state != State.SUBMITTED:
                    done.add((name, verb))
                elif user == people.get(part):
                    assert "您已签署同意" in answer.content.decode()
                transaction.set_rollback(True)
    signed = {Part.RECOMMENDATION: "department"}.get(part, part)
    unit = {"department", "party", "administration"}
    expected = {(name, "return") for name in unit} | {(name, "refuse") for name in unit - {signed}}
    assert (done, offered) == (expected, expected)


def test_staff_refuse_in_the_word_of_the_check(cast, sign_in):
    done = ApplicationFactory(studio=cast.studio, recommended=True)
    acts = sign_in(cast.staff).get(done.get_absolute_url()).context["acts"]
    assert "不予受理" in [act.label for act in acts]


def test_refusing_ends_it_with_a_reason(cast, submitted, sign_in):
    refuse = reverse("reviews:refuse", args=[submitted.pk])
    client = sign_in(cast.party)
    assert "error-summary" in client.post(refuse, {"reason": ""}).content.decode()
    client.post(refuse, {"reason": "团队尚未成形"})
    submitted.refresh_from_db()
    assert submitted.state == State.REFUSED
    assert submitted.log.last().note == "团队尚未成形"


def test_the_factory_signs_with_three_different_people(cast):
    application = ApplicationFactory(studio=cast.studio, submitted=True)
    endorse_all(application)
    assert Application.objects.get(pk=application.pk).state == State.RECOMMENDED
    assert len({user.pk for user in signatories(cast.unit).values()}) == 3
