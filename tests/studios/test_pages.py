"""The list of studios, the page of one, and how far its parts are."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from studios import parts
from studios.models import Cycle, Member, Studio
from tests.factories import ApplicationFactory, PolicyFactory, StudioFactory
from tests.studios.addresses import part_url

SAVING_THE_SESSION = 3  # with its savepoint; it is not the page that asks for it


def test_the_list_runs_the_same_queries_with_1_and_with_30_rows(cast, sign_in, django_assert_max_num_queries):
    client = sign_in(cast.staff)
    client.get(reverse("studios:studios"))
    with django_assert_max_num_queries(10) as few:
        client.get(reverse("studios:studios"))
    for _number in range(28):
        StudioFactory()
    with django_assert_max_num_queries(10) as many:
        assert len(client.get(reverse("studios:studios")).context["rows"]) == 30
    assert len(few) == len(many)


def test_the_page_of_a_studio_runs_the_same_queries_whatever_its_rows(
    cast, sign_in, django_assert_max_num_queries
):
    client = sign_in(cast.lead)
    client.get(cast.studio.get_absolute_url())
    with django_assert_max_num_queries(SAVING_THE_SESSION + 12) as few:
        client.get(cast.studio.get_absolute_url())
    for number in range(30):
        Member.objects.create(studio=cast.studio, name=f"成员{number}", title="工程师")
    with django_assert_max_num_queries(SAVING_THE_SESSION + 12) as many:
        client.get(cast.studio.get_absolute_url())
    assert len(few) == len(many)


def test_pages_of_the_list_meet_without_gap_or_double(cast, sign_in):
    for _number in range(61):
        StudioFactory()
    client, address, seen = sign_in(cast.staff), "", []
    while True:
        context = client.get(reverse("studios:studios") + address).context
        seen += [row.pk for row in context["rows"]]
        if not (address := context["older"]):
            break
    assert seen == sorted(Studio.objects.values_list("pk", flat=True), reverse=True)
    back = client.get(reverse("studios:studios") + context["newer"]).context
    assert [row.pk for row in back["rows"]] == seen[30:60][-30:] if len(seen) > 60 else True


@pytest.mark.parametrize("asked", ["龚䶮", "gongyan", "gy"])
def test_a_studio_is_found_by_name_pinyin_and_initials(cast, sign_in, asked):
    rows = sign_in(cast.staff).get(reverse("studios:studios"), {"q": asked}).context["rows"]
    assert [row.pk for row in rows] == [cast.studio.pk]


def test_the_list_filters_by_state_and_kind_and_says_so_when_nothing_fits(cast, sign_in):
    client = sign_in(cast.staff)
    assert not client.get(reverse("studios:studios"), {"state": "revoked"}).context["rows"]
    assert len(client.get(reverse("studios:studios"), {"kind": "technology"}).context["rows"]) == 2
    assert not client.get(reverse("studios:studios"), {"kind": "service"}).context["rows"]
    assert client.get(reverse("studios:studios"), {"state": "nonsense", "before": "x"}).status_code == 200


@pytest.mark.parametrize(
    ("state", "days", "said"),
    [("named", -1, True), ("rectifying", -200, True), ("named", 0, False), ("revoked", -1, False)],
)
def test_a_cycle_that_is_over_without_a_decision_is_said_on_the_page(cast, sign_in, state, days, said):
    today = timezone.localdate()
    Cycle.objects.create(
        studio=cast.studio,
        number=1,
        starts_on=today - timedelta(days=1000),
        ends_on=today + timedelta(days=days),
        policy=PolicyFactory(),
    )
    Studio.objects.filter(pk=cast.studio.pk).update(state=state)
    page = sign_in(cast.lead).get(cast.studio.get_absolute_url()).content.decode()
    assert ("届满，尚未作出考核决定" in page) is said


@pytest.mark.parametrize(("state", "words"), [("candidate", "申报材料"), ("named", "工作室资料")])
def test_who_has_the_title_reads_of_records_and_not_of_an_application(cast, sign_in, state, words):
    Studio.objects.filter(pk=cast.studio.pk).update(state=state)
    client = sign_in(cast.lead)
    for address in ("studios:studio", "studios:parts", "studios:editors"):
        page = client.get(reverse(address, args=[cast.studio.pk])).content.decode()
        assert {one for one in ("申报材料", "工作室资料") if one in page} == {words}, address
    assert ("不必申报" in client.get(reverse("studios:parts", args=[cast.studio.pk])).content.decode()) is (
        state == "named"
    )


def test_the_page_of_a_studio_says_how_its_application_stands(cast, sign_in):
    ApplicationFactory(studio=cast.studio, returned=True)
    page = sign_in(cast.lead).get(cast.studio.get_absolute_url()).content.decode()
    assert 'class="state risk">退回修改</span>' in page


def test_the_task_list_says_how_far_each_part_is(db):
    studio = StudioFactory()
    studio.direction = "诊断"
    studio.save()
    states = {task.part.key: str(task.progress) for task in parts.tasks(studio, {"team": "请补充成员职称"})}
    assert states == {
        "lead": "started", "team": "to_correct", "projects": "not_started", "results": "not_started",
        "place": "not_started", "rules": "not_started", "plan": "not_started",
    }  # fmt: skip
    complete = parts.with_holdings(Studio.objects.filter(pk=StudioFactory(complete=True).pk)).get()
    assert {str(task.progress) for task in parts.tasks(complete)} == {"complete"}


def test_parts_say_the_same_with_and_without_what_was_asked_ahead(cast):
    bare = StudioFactory()
    for pk in (cast.studio.pk, bare.pk):
        plain, loaded = Studio.objects.get(pk=pk), parts.with_holdings(Studio.objects).get(pk=pk)
        for part in parts.all_parts():
            assert part.missing(plain) == part.missing(loaded)
            assert part.progress(plain) == part.progress(loaded)


def test_the_team_is_drawn_with_the_same_figures_as_a_table(cast, sign_in):
    html = sign_in(cast.lead).get(part_url(cast.studio, "team")).content.decode()
    assert html.count('<svg width="100%"') == 3
    assert html.count("<figcaption>") == html.count("<summary>以表格查看") == 3
