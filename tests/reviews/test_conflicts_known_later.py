"""A conflict that becomes known after an expert has handed in: what they gave counts no more."""

import pytest
from django.urls import reverse

from accounts.models import RoleCode
from ledgers.models import Achievement
from records.moves import DomainError, IllegalMove
from reviews.models import Application, Assignment, AssignmentState, Decision, Relation, State
from reviews.office import result_queues
from reviews.panel_changes import replace
from reviews.proposing import decide_several
from reviews.results import missing, review_of
from tests.factories import officer
from tests.reviews.results_pages import result_of
from tests.reviews.standing import round_with, sheet

pytestmark = pytest.mark.django_db

KNOWN = "甲评与工作室有利害关系：已申报利害关系：同门。请更换该专家。"
TAINTED = (
    "计入结果的评分中，有专家与工作室存在利害关系：甲评（已申报利害关系：同门）。"
    "请工作人员先退回专家评审并更换这些专家，评审重新完成后才能同意命名。"
)


def declared(case, expert) -> None:
    Relation.objects.create(
        studio=case.studio, name=expert.name, person=expert, reason="同门", declared_by=officer("union_staff")
    )


@pytest.fixture
def scored():
    """An application that five experts have reviewed; the first one’s relation comes to light then."""
    _round, [case], experts = round_with("甲评", "乙评", "丙评", "丁评", "戊评")
    rows = [sheet(case, expert, 8) for expert in experts]
    assert missing(case) == []
    return case, rows


def test_marks_of_somebody_in_conflict_keep_a_review_from_its_end(scored):
    case, [first, *_rest] = scored
    declared(case, first.expert)
    assert missing(case) == [KNOWN]
    assert result_queues.waiting() == (set(), set())
    with pytest.raises(DomainError) as error:
        case.complete_review(by=officer("union_staff"))
    assert error.value.problems == (KNOWN,)
    replace(first, by=officer("union_staff"), reason="有利害关系")
    assert missing(case) == []
    assert set(review_of(case).result.totals) == {one.expert_id for one in _rest}
    assert result_queues.waiting() == (set(), {case.pk})


def test_an_office_that_somebody_came_into_since_voids_nothing(scored):
    case, [first, *_rest] = scored
    first.expert.roles.create(code=RoleCode.AUDITOR)
    assert missing(case) == []


def test_whose_result_it_is_comes_to_light_with_a_later_entry(scored):
    case, _rows = scored
    Achievement.objects.filter(studio=case.studio).update(owner="甲评")
    assert missing(case) == ["甲评与工作室有利害关系：是某项成果的权利人之一。请更换该专家。"]


def test_nothing_is_approved_on_such_marks_and_the_leader_reads_why(scored, sign_in):
    case, [first, *_rest] = scored
    case.complete_review(by=officer("union_staff"))
    leader = officer("union_leader")
    declared(case, first.expert)
    with pytest.raises(DomainError, match="甲评（已申报利害关系：同门）") as error:
        case.decide(Decision.APPROVE, by=leader, text="同意。")
    assert str(error.value) == TAINTED
    done, [(row, why)] = decide_several([case.pk], Decision.APPROVE, by=leader, text="同意。")
    assert (done, row.pk, str(why)) == ([], case.pk, TAINTED)
    browser = sign_in(leader)
    for page in (reverse("admin:reviews_application_verb", args=[case.pk, "decide"]), result_of(case)):
        assert TAINTED in browser.get(page).content.decode()
    case.decide(Decision.HOLD, by=leader, text="暂缓。")
    assert Application.objects.get().state == State.PROPOSED


def test_an_expert_declares_after_handing_in_and_staff_read_it(scored, sign_in):
    case, [first, *_rest] = scored
    first.log.create(actor=first.expert, verb="accept", from_state="invited", to_state="accepted")
    page = reverse("reviews:recuse", args=[case.pk])
    assert page in sign_in(first.expert).get(first.get_absolute_url()).content.decode()
    first.recuse(by=first.expert, reason="同门")
    assert Assignment.objects.get(pk=first.pk).state == AssignmentState.RECUSED
    assert first.expert_id not in review_of(case).result.totals
    assert missing(case) == []
    [note] = officer("union_staff").notices.filter(subject__contains="申请回避")
    assert note.body.endswith("请安排其他专家替换。已提交的评分不再计入结果。")


@pytest.mark.parametrize("verb", ["recuse", "decline"])
def test_nothing_is_answered_once_the_application_is_withdrawn(verb):
    _round, [case], [expert] = round_with("甲评")
    row = sheet(case, expert, 7, state=AssignmentState.INVITED)
    case.withdraw(by=case.studio.lead, reason="不报了")
    with pytest.raises(IllegalMove, match="目前不在专家评审阶段"):
        getattr(row, verb)(by=expert, reason="同门")
    assert Assignment.objects.get().state == AssignmentState.INVITED
    assert not Relation.objects.exists()
    assert not officer("union_staff").notices.filter(subject__contains=expert.name).exists()
