"""From a draft to the end: what each page says and what each press does."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from reviews.models import Application, ApplicationLog, Snapshot, State
from studios.models import Draft, Studio
from tests.factories import ApplicationFactory, RoundFactory, StudioFactory, bring_to, endorse_all

pytestmark = pytest.mark.django_db
# The session is kept alive once a minute; in a test that is three more, with its savepoint.
AT_MOST_IN_A_LIST, AT_MOST_ON_A_PAGE = 10 + 3, 12 + 3
YES = {"declaration": "on"}


def url(name, application, *more):
    return reverse(f"reviews:{name}", args=[application.pk, *more])


def words(response) -> str:
    return response.content.decode()


def test_an_application_is_started_once_however_often_it_is_pressed(cast, sign_in):
    RoundFactory()
    client, start = sign_in(cast.lead), reverse("reviews:start", args=[cast.studio.pk])
    assert client.get(start).status_code == 200
    for _again in range(3):
        assert client.post(start).status_code == 302
    application = Application.objects.get()
    assert (application.studio, application.state, application.started_by) == (
        cast.studio,
        State.DRAFT,
        cast.lead,
    )


def test_without_an_open_round_nothing_starts_and_the_page_says_when_the_next_opens(cast, sign_in):
    RoundFactory(on=timezone.localdate() - timedelta(days=365))
    client, start = sign_in(cast.lead), reverse("reviews:start", args=[cast.studio.pk])
    client.post(start)
    assert not Application.objects.exists()
    assert "现在没有受理申报的评选" in words(client.get(start))


def test_a_refused_studio_reads_the_year_in_which_it_may_apply_again(cast, sign_in):
    today = timezone.localdate()
    ApplicationFactory(studio=cast.studio, refused=True)
    response = sign_in(cast.lead).post(reverse("reviews:start", args=[cast.studio.pk]), follow=True)
    assert str(today.year + 1) in words(response)
    assert Application.objects.count() == 1


def test_a_draft_shows_its_parts_and_one_main_button_to_the_first_that_is_not_complete(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio)
    cast.studio.projects.all().delete()
    page = words(sign_in(cast.lead).get(application.get_absolute_url()))
    assert page.count("btn-primary") == 1
    assert "继续填写：创新项目" in page
    assert reverse("studios:part", args=[cast.studio.pk, "projects"]) in page


def test_a_co_editor_fills_in_but_the_lead_hands_in(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio)
    client = sign_in(cast.co_editor)
    page = words(client.get(application.get_absolute_url()))
    assert "由领衔人提交" in page
    assert "btn-primary" not in page
    assert client.post(url("submit", application), YES).status_code == 403
    application.refresh_from_db()
    assert application.state == State.DRAFT


def test_submitting_freezes_the_papers_and_gives_a_number(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio)
    client = sign_in(cast.lead)
    assert "btn-primary" in words(client.get(url("submit", application)))
    response = client.post(url("submit", application), YES, follow=True)
    application.refresh_from_db()
    assert response.redirect_chain == [(url("submitted", application), 302)]
    assert application.number in words(response)
    assert (application.state, application.submitted_by) == (State.SUBMITTED, cast.lead)
    assert application.snapshot.data["projects"][0]["name"] == "装备可靠性提升"


def test_what_is_edited_later_does_not_reach_the_frozen_papers(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, submitted=True)
    cast.studio.projects.update(name="后来改的名字")
    page = words(sign_in(cast.department).get(application.get_absolute_url()))
    assert "装备可靠性提升" in page
    assert "后来改的名字" not in page


def test_submitting_twice_is_one_submission_and_a_polite_word(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio)
    client = sign_in(cast.lead)
    client.post(url("submit", application), YES)
    second = client.post(url("submit", application), YES, follow=True)
    assert second.status_code == 200
    assert f"编号 {application.number}" in words(second)
    assert Snapshot.objects.count() == 1
    assert ApplicationLog.objects.filter(verb="submit").count() == 1


def test_an_incomplete_application_says_what_is_missing_and_where(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio)
    cast.studio.honours.all().delete()
    Studio.objects.filter(pk=cast.studio.pk).update(plan_goals="")
    client = sign_in(cast.lead)
    page = words(client.get(url("submit", application)))
    for part in ("lead", "plan"):
        assert f'href="{reverse("studios:part", args=[cast.studio.pk, part])}"' in page
    assert "btn-primary" not in page
    client.post(url("submit", application), YES)
    application.refresh_from_db()
    assert application.state == State.DRAFT
    assert not Snapshot.objects.exists()


def test_without_the_declaration_nothing_is_handed_in(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio)
    response = sign_in(cast.lead).post(url("submit", application), {})
    assert "error-summary" in words(response)
    application.refresh_from_db()
    assert application.state == State.DRAFT


def test_unsaved_words_of_a_co_editor_and_unmet_conditions_are_told_before_handing_in(
    cast, sign_in, django_capture_on_commit_callbacks
):
    application = ApplicationFactory(studio=cast.studio)
    with django_capture_on_commit_callbacks(execute=True):
        cast.studio.projects.first().delete()
        cast.studio.projects.create(
            name="校级课题", level="university", starts_on="2026-01-01", ends_on="2030-12-31"
        )
    Draft.objects.create(studio=cast.studio, part="plan", user=cast.co_editor, data={"plan_goals": "未保存"})
    page = words(sign_in(cast.lead).get(url("submit", application)))
    assert cast.co_editor.name in page
    assert "创新项目：未满足" in page
    assert "btn-primary" in page


def test_after_the_window_only_a_late_entry_gets_in(cast, sign_in):
    today = timezone.localdate()
    application = ApplicationFactory(studio=cast.studio, round=RoundFactory(closed=True))
    client = sign_in(cast.lead)
    assert "截止" in words(client.get(url("submit", application)))
    client.post(url("submit", application), YES)
    application.refresh_from_db()
    assert application.state == State.DRAFT
    application.allow_late(by=cast.staff, until=today + timedelta(days=2), reason="住院")
    page = words(client.get(application.get_absolute_url()))
    assert "住院" in page
    client.post(url("submit", application), YES)
    application.refresh_from_db()
    assert application.state == State.SUBMITTED


def test_withdrawing_needs_a_reason_and_a_second_page(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, submitted=True)
    client = sign_in(cast.lead)
    assert "error-summary" in words(client.post(url("withdraw", application), {"reason": "  "}))
    client.post(url("withdraw", application), {"reason": "明年再报"})
    application.refresh_from_db()
    assert application.state == State.WITHDRAWN
    assert application.log.last().note == "明年再报"


def test_pressing_withdraw_once_it_is_approved_changes_nothing(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, approved=True)
    response = sign_in(cast.lead).post(url("withdraw", application), {"reason": "明年再报"}, follow=True)
    application.refresh_from_db()
    assert application.state == State.APPROVED
    assert "当前状态" in words(response)


@pytest.mark.parametrize("state", State)
def test_every_state_has_a_page_for_everybody_who_may_see_it(state, cast, sign_in):
    application = bring_to(ApplicationFactory(studio=cast.studio), state)
    seen_early = {"lead", "member", "co_editor", "department", "department_member", "staff_member"}
    seen_early |= {"staff", "leader", "auditor", "leader_lead"}
    seen_late = seen_early | {"party", "administration"}
    sees = set()
    for name, user in cast.everybody().items():
        response = sign_in(user).get(application.get_absolute_url())
        assert response.status_code in (200, 404)
        if response.status_code == 200:
            sees.add(name)
            assert words(response).count("btn-primary") <= 1
    assert sees == (seen_early if application.submitted_at is None else seen_late)


def test_after_naming_the_page_gives_document_and_certificate_number(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, named=True)
    page = words(sign_in(cast.lead).get(application.get_absolute_url()))
    assert application.document.number in page
    assert cast.studio.certificates.get().number in page


def test_birth_is_shown_only_to_those_who_work_on_or_check_the_papers(cast, sign_in):
    cast.studio.members.update(birth_year=1983)
    cast.lead.birth_year = 1961
    cast.lead.save()
    application = ApplicationFactory(studio=cast.studio, submitted=True)
    address = url("papers", application, 1)
    shown = {
        name
        for name, user in cast.everybody().items()
        if any(year in words(sign_in(user).get(address)) for year in ("1961", "1983"))
    }
    entitled = {"lead", "co_editor", "department", "department_member", "staff", "staff_member"}
    assert shown == {
        name for name, user in cast.everybody().items() if user.has_perm("reviews.view_personal", application)
    }
    assert shown >= entitled
    assert not shown & {"member", "party", "administration", "auditor", "stranger"}


def test_the_list_holds_what_one_may_see_and_narrows(cast, sign_in):
    own = ApplicationFactory(studio=cast.studio, submitted=True)
    other = ApplicationFactory()
    client = sign_in(cast.staff)
    listed = client.get(reverse("reviews:applications")).context["applications"]
    assert set(listed) == {own, other}
    for asked in ({"q": cast.studio.name[:2]}, {"state": "submitted"}, {"q": cast.lead.staff_no}):
        assert list(client.get(reverse("reviews:applications"), asked).context["applications"]) == [own]
    assert set(sign_in(cast.lead).get(reverse("reviews:applications")).context["applications"]) == {own}
    assert not sign_in(cast.finance).get(reverse("reviews:applications")).context["applications"]


def test_the_list_goes_on_page_by_page_without_losing_the_search(cast, sign_in):
    round_ = RoundFactory()
    for _number in range(27):
        ApplicationFactory(studio=StudioFactory(), round=round_)
    client = sign_in(cast.staff)
    first = client.get(reverse("reviews:applications"), {"state": "draft"})
    assert len(first.context["applications"]) == 25
    older = first.context["older"]
    assert "state=draft" in older
    rest = client.get(reverse("reviews:applications") + older).context["applications"]
    assert len(rest) == 2
    assert not set(rest) & set(first.context["applications"])


def test_lists_ask_the_database_as_often_for_thirty_as_for_one(cast, sign_in, django_assert_max_num_queries):
    round_ = RoundFactory()
    pages = [reverse("reviews:applications"), round_.get_absolute_url()]
    ApplicationFactory(studio=cast.studio, round=round_)
    client = sign_in(cast.department)
    with_one = []
    for page in pages:
        client.get(page)
        with django_assert_max_num_queries(AT_MOST_IN_A_LIST) as asked:
            client.get(page)
        with_one.append(len(asked))
    for _number in range(29):
        ApplicationFactory(studio=StudioFactory(unit=cast.unit), round=round_)
    for page, before in zip(pages, with_one, strict=True):
        with django_assert_max_num_queries(AT_MOST_IN_A_LIST) as asked:
            client.get(page)
        assert len(asked) == before


@pytest.mark.parametrize("state", [State.DRAFT, State.RETURNED, State.SUBMITTED, State.NAMED])
@pytest.mark.parametrize("who", ["lead", "department"])
def test_the_page_asks_the_database_as_often_for_a_full_as_for_a_small_application(
    state, who, cast, sign_in, django_assert_max_num_queries
):
    small = bring_to(ApplicationFactory(studio=StudioFactory(unit=cast.unit, complete=True)), State.DRAFT)
    large = ApplicationFactory(studio=cast.studio)
    for number in range(30):
        cast.studio.members.create(name=f"成员{number}")
        cast.studio.projects.create(
            name=f"课题{number}", level="unit", starts_on="2026-01-01", ends_on="2026-12-31"
        )
    counts = []
    for application in (small, large):
        bring_to(application, state)
        client = sign_in(application.studio.lead if who == "lead" else cast.department)
        client.get(application.get_absolute_url())
        with django_assert_max_num_queries(AT_MOST_ON_A_PAGE) as asked:
            client.get(application.get_absolute_url())
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_home_page_sends_each_to_what_waits_for_them(cast):
    from reviews import agenda

    on = timezone.localdate()

    def waiting(user):
        return {task.url for function in (agenda.own_papers, agenda.to_sign) for task in function(user, on)}

    draft = ApplicationFactory(studio=cast.studio)
    own, sign = draft.get_absolute_url(), url("sign", draft)
    assert (waiting(cast.lead), waiting(cast.co_editor)) == ({own}, {own})
    assert waiting(cast.department) == waiting(cast.party) == set()
    bring_to(draft, State.SUBMITTED)
    assert waiting(cast.lead) == set()
    signers = (cast.department, cast.party, cast.administration)
    assert [waiting(user) for user in signers] == [{sign}] * 3
    assert waiting(cast.department_member) == waiting(cast.other_department) == set()
    endorse_all(draft)
    assert [waiting(user) for user in signers] == [set()] * 3
