"""Who may review what: the panel, conflicts by the data, and the proposal with its reasons."""

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import RoleCode, User
from accounts.names import bare
from ledgers.models import Achievement
from records.moves import DomainError
from reviews import conflicts, panels, whence
from reviews.models import Assignment, Endorsement, Panelist, Part, Relation, Round
from reviews.relations import declare
from studios.models import Editor, Member, Studio
from tests.factories import ApplicationFactory, UnitFactory, UserFactory, give_role, officer
from tests.reviews.review import assigned, expert_of, open_review, under_review

pytestmark = pytest.mark.django_db


def found(application, expert) -> list[str]:
    return conflicts.between([application], [expert]).get((application.pk, expert.pk), [])


# -- conflicts -------------------------------------------------------------------------------------


def test_nothing_is_known_of_an_expert_from_elsewhere():
    outsider = UserFactory(name="周评", unit=None, roles=[(RoleCode.EXPERT,)])
    application = under_review()
    assert (found(application, outsider), found(application, expert_of("吴评"))) == ([], [])


def in_the_same_unit(application):
    return expert_of("周评", application.studio.unit)


def in_a_department_of_the_unit(application):
    return expert_of("周评", UnitFactory(parent=application.studio.unit))


def the_lead(application):
    give_role(application.studio.lead, RoleCode.EXPERT)
    User.objects.filter(pk=application.studio.lead_id).update(unit=UnitFactory())
    return User.objects.get(pk=application.studio.lead_id)


def a_co_editor(application):
    expert = expert_of("周评")
    Editor.objects.create(studio=application.studio, user=expert, added_by=application.studio.lead)
    return expert


def a_member(application):
    expert = expert_of("周评")
    Member.objects.create(studio=application.studio, user=expert, name=expert.name)
    return expert


def a_member_who_has_left(application):
    expert = a_member(application)
    Member.objects.filter(user=expert).update(joined_on="2020-01-01", left_on="2021-01-01")
    return expert


def a_co_owner(application):
    Achievement.objects.create(studio=application.studio, kind="paper", title="论文", owner="申江大学、周 评")
    return expert_of("周评")


def who_signed_elsewhere_meanwhile(application):
    signed = Endorsement.objects.get(application=application, part=Part.PARTY)
    User.objects.filter(pk=signed.by_id).update(unit=UnitFactory())
    give_role(signed.by, RoleCode.EXPERT)
    return User.objects.get(pk=signed.by_id)


def with_a_declared_relation(application):
    expert = expert_of("周评")
    facts = {"studio": application.studio, "reason": "博士导师", "declared_by": application.studio.lead}
    Relation.objects.create(name=expert.name, person=expert, **facts)
    return expert


def with_a_relation_declared_by_name(application):
    expert = expert_of("周评")
    facts = {"studio": application.studio, "reason": "博士导师", "declared_by": application.studio.lead}
    Relation.objects.create(name="周 评", **facts)
    return expert


@pytest.mark.parametrize(
    ("somebody", "reasons"),
    [
        (in_the_same_unit, ["同一单位"]),
        (in_a_department_of_the_unit, ["同一单位"]),
        (the_lead, ["是该工作室的领衔人、协同填写人或成员"]),
        (a_co_editor, ["是该工作室的领衔人、协同填写人或成员"]),
        (a_member, ["是该工作室的领衔人、协同填写人或成员"]),
        (a_member_who_has_left, ["是该工作室的领衔人、协同填写人或成员"]),
        (a_co_owner, ["是某项成果的权利人之一"]),
        (who_signed_elsewhere_meanwhile, ["曾代表单位签署意见"]),
        (with_a_declared_relation, ["已申报利害关系：博士导师"]),
        (with_a_relation_declared_by_name, ["已申报利害关系：博士导师"]),
    ],
)
def test_who_is_in_conflict_is_known_by_the_data_and_cannot_be_assigned(somebody, reasons):
    application = under_review()
    expert = somebody(application)
    Panelist.objects.create(round=application.round, expert=expert)
    assert found(application, expert) == reasons
    with pytest.raises(DomainError) as refused:
        assigned(application, expert)
    assert reasons[0] in refused.value.problems[0]
    assert not Assignment.objects.exists()


def test_an_owner_of_an_earlier_version_stays_one():
    application = under_review()
    result = application.studio.achievements.first()
    Achievement.objects.filter(pk=result.pk).update(owner="申江大学")
    snapshot = application.snapshot
    snapshot.data["achievements"][0]["owner"] = "周评"
    snapshot.save()
    assert found(application, expert_of("周评")) == ["是某项成果的权利人之一"]


def test_conflicts_of_many_are_found_in_as_many_queries_as_of_one(django_assert_num_queries):
    one = under_review()
    experts = list(User.objects.filter(pk__in=[expert_of("周评").pk]).select_related("unit"))
    with django_assert_num_queries(4):
        conflicts.between([one], experts)
    others = [ApplicationFactory(accepted=True, round=one.round) for _each in range(2)]
    people = list(User.objects.filter(pk__in=[expert_of("吴评").pk, experts[0].pk]).select_related("unit"))
    with django_assert_num_queries(4):
        conflicts.between([one, *others], people)


@pytest.mark.parametrize(
    ("owners", "is_one"),
    [
        ("张三", True),
        ("李四、张三、王五", True),
        ("张 三，李四", True),
        ("张三 李四", True),
        ("张三等", True),
        ("张三（第一完成人）", True),
        ("张三丰", False),
        ("李四、张三丰", False),
        ("李四", False),
        ("", False),
    ],
)
def test_an_owner_is_known_by_name_and_not_taken_for_another(owners, is_one):
    assert conflicts.owns("张三", bare(owners)) == is_one


@pytest.mark.parametrize(
    ("typed", "is_meant"),
    [
        ("李四", True),
        ("李 四", True),
        ("李四教授", True),
        ("李四老师", True),
        ("李四光", False),
        ("教授", False),
    ],
)
def test_whoever_is_declared_with_a_title_is_known(typed, is_meant):
    assert conflicts.is_called("李四", bare(typed)) == is_meant


# -- assigning -------------------------------------------------------------------------------------


def test_who_is_assigned_is_invited_and_told():
    expert = expert_of("周评")
    application = under_review(expert)
    assignment = assigned(application, expert)
    assert (assignment.state, assignment.due_on) == ("invited", application.round.review_by)
    assert assignment.snapshot == application.snapshot
    assert [(row.verb, row.to_state) for row in assignment.log.all()] == [("assign", "invited")]
    [notice] = expert.notices.all()
    assert notice.subject == f"请您评审{application.studio.name}"
    assert notice.url == assignment.get_absolute_url()


def test_of_a_blind_review_the_invitation_names_nobody():
    expert = expert_of("周评")
    application = under_review(expert)
    application.round.blind = True
    application.round.save()
    assigned(application, expert)
    [notice] = expert.notices.all()
    text = notice.subject + notice.body
    assert application.number in text
    names = {application.studio.name, application.studio.lead.name, application.studio.unit.name}
    assert not {name for name in names if name in text}


def refused(pairs, round_, *, by=None) -> tuple[str, ...]:
    with pytest.raises(DomainError) as error:
        panels.assign(pairs, round_, by=by or officer(RoleCode.UNION_STAFF))
    return error.value.problems or (str(error.value),)


def test_nobody_is_assigned_who_is_not_on_the_panel_or_no_expert_any_more():
    stranger, former = expert_of("周评"), expert_of("吴评")
    application = under_review(former)
    former.roles.all().delete()
    assert refused([(application.pk, stranger.pk)], application.round) == ("有专家不在本轮评审专家组内。",)
    assert refused([(application.pk, former.pk)], application.round) == ("吴评不是评审专家，或已不再担任。",)


def test_nobody_is_assigned_twice_or_to_what_is_not_under_review():
    expert = expert_of("周评")
    application = under_review(expert)
    assigned(application, expert)
    other = expert_of("吴评")
    Panelist.objects.create(round=application.round, expert=other)
    pairs = [(application.pk, expert.pk), (application.pk, other.pk)]
    assert refused(pairs[:1], application.round) == ("这些都已分配过了。",)
    assert refused(pairs, application.round) == (f"周评已分配到{application.studio.name}。",)
    draft = ApplicationFactory(round=application.round)
    assert refused([(draft.pk, expert.pk)], application.round) == ("有申报不在专家评审阶段。",)


def test_one_that_cannot_be_assigned_keeps_all_from_being_assigned():
    good, bad = expert_of("周评"), expert_of("吴评")
    application = under_review(good)
    assert refused([(application.pk, good.pk), (application.pk, bad.pk)], application.round)
    assert not Assignment.objects.exists()


def test_without_rubric_and_day_nobody_is_assigned():
    expert = expert_of("周评")
    application = under_review(expert)
    Round.objects.update(rubric=None)
    assert refused([(application.pk, expert.pk)], application.round) == (
        "请先设定本轮的评审标准和专家评审截止日期。",
    )


@pytest.mark.parametrize("code", sorted(RoleCode.READS_ALL))
def test_who_reads_all_marks_by_their_office_reviews_nothing(code):
    expert = expert_of("周评")
    application = under_review(expert, expert_of("吴评"))
    give_role(expert, code)
    assert refused([(application.pk, expert.pk)], application.round) == (
        f"周评与{application.studio.name}有利害关系：所任职务能看到全部评分。",
    )
    assert [pair.expert.name for pair in panels.plan(application.round).pairs] == ["吴评"]


def test_with_whom_a_relation_is_declared_acts_on_it_in_no_office():
    application = under_review(expert_of("周评"))
    staff, leader = officer(RoleCode.UNION_STAFF), officer(RoleCode.UNION_LEADER)
    acts = {staff: {"assign_experts", "complete_review", "moderate", "record_visit", "view_marks"}}
    acts[leader] = {
        "decide_application",
        "reverse_decision",
        "release_decisions",
        "name_application",
        "view_marks",
    }

    def may(person) -> set[str]:
        person = User.objects.get(pk=person.pk)
        return {act for act in acts[person] if person.has_perm(f"reviews.{act}", application)}

    assert {person: may(person) for person in acts} == acts
    for person in acts:
        Relation.objects.create(
            studio=application.studio, name=person.name, person=person, reason="夫妻", declared_by=staff
        )
    assert {person: may(person) for person in acts} == {staff: set(), leader: set()}


def test_a_name_that_the_studio_types_takes_no_case_from_who_decides_it():
    application = under_review(expert_of("周评"))
    leader = officer(RoleCode.UNION_LEADER)
    declare(application, by=application.studio.lead, name=leader.name, unit="", reason="有过节")
    assert leader.has_perm("reviews.decide_application", application)


def test_staff_assign_nobody_to_their_own_case():
    expert = expert_of("周评")
    application = under_review(expert)
    give_role(application.studio.lead, RoleCode.UNION_STAFF)
    lead = User.objects.get(pk=application.studio.lead_id)
    with pytest.raises(PermissionDenied):
        panels.assign([(application.pk, expert.pk)], application.round, by=lead)


# -- the proposal ----------------------------------------------------------------------------------


def test_the_proposal_fills_each_application_with_experts_free_of_conflict():
    experts = [expert_of(f"专家{n}") for n in range(7)]
    application = under_review(*experts)
    other = ApplicationFactory(accepted=True, round=application.round)
    own = expert_of("同院", application.studio.unit)
    Panelist.objects.create(round=application.round, expert=own)
    plan = panels.plan(application.round)
    given = {(pair.application.pk, pair.expert.pk) for pair in plan.pairs}
    assert len(given) == len(plan.pairs) == 10
    assert (application.pk, own.pk) not in given
    loads = [load.then for load in plan.loads]
    assert max(loads) - min(loads) <= 1
    assert plan.lacking == []
    taken = panels.assign(given, application.round, by=officer(RoleCode.UNION_STAFF))
    assert {(one.application_id, one.expert_id) for one in taken} == given
    assert panels.plan(application.round).pairs == []
    assert {one.application_id for one in taken} == {application.pk, other.pk}


def test_each_pair_says_what_speaks_for_it():
    expert = expert_of("周评", UnitFactory(name="化学化工学院"))
    application = under_review(expert)
    [pair] = panels.plan(application.round).pairs
    assert pair.reasons == ("未发现利害关系", "唯一来自化学化工学院的专家", "将评审1份，现有0份")


def test_with_an_outsider_there_a_second_one_is_not_the_only_one():
    there = expert_of("钱学敏", post="复旦大学机械学院教授")
    second = expert_of("孙立", post="同济大学教授")
    User.objects.filter(pk__in=[there.pk, second.pk]).update(unit=None)
    application = under_review(there, second)
    assert {pair.reasons[1] for pair in panels.plan(application.round).pairs} == {
        "复旦大学机械学院教授（校外）",
        "同济大学教授（校外）",
    }
    assigned(application, there)
    [pair] = panels.plan(application.round).pairs
    assert (pair.expert, pair.reasons[1]) == (second, "同济大学教授（校外）")
    Assignment.objects.update(state="replaced")
    [pair] = panels.plan(application.round).pairs
    assert pair.reasons[1] == "唯一的校外专家，同济大学教授（校外）"


@pytest.mark.parametrize(
    ("post", "unit"),
    [
        ("复旦大学机械学院教授", "outside:复旦大学"),
        ("中国科学院上海硅酸盐研究所研究员", "outside:中国科学院"),
        ("上海电气集团高级工程师", "outside:上海电气集团"),
        ("退休", "outside"),
        ("", "outside"),
    ],
)
def test_outsiders_are_told_apart_by_the_house_their_post_begins_with(post, unit):
    assert whence.unit_of(User(name="孙立", post=post)) == unit


def test_what_an_application_lacks_is_told_with_the_reason():
    application = under_review(expert_of("周评"))
    Panelist.objects.create(round=application.round, expert=expert_of("同院", application.studio.unit))
    [lack] = panels.plan(application.round).lacking
    assert (lack.application, lack.missing) == (application, 4)
    assert lack.reason == "专家组共2人，其中1人有利害关系，1人已分配或拟分配。请增补专家。"


def test_nobody_is_proposed_for_more_than_they_take():
    expert = expert_of("周评")
    application = under_review(expert)
    ApplicationFactory(accepted=True, round=application.round)
    Panelist.objects.filter(expert=expert).update(most=1)
    assert len(panels.plan(application.round).pairs) == 1


def test_who_declined_is_not_proposed_again_and_leaves_a_place():
    first, second = expert_of("周评"), expert_of("吴评")
    application = under_review(first)
    assigned(application, first).decline(by=first, reason="出差")
    open_review(application.round, second)
    assert [pair.expert for pair in panels.plan(application.round).pairs] == [second]


def test_an_expert_who_declares_a_relation_is_kept_from_the_studio_from_then_on():
    expert = expert_of("周评")
    application = under_review(expert)
    assigned(application, expert).recuse(by=expert, reason="同门师兄弟")
    assert found(application, expert) == ["已申报利害关系：同门师兄弟"]
    assert Studio.objects.get(relations__person=expert) == application.studio
