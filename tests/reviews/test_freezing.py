"""What is frozen: by which policy, with whom, and at what cost."""

import copy
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from ledgers.models import Achievement
from records.attachments import Attachment
from reviews import reading
from reviews.comparing import changes
from reviews.freezing import ROWS, freeze
from studios import forms, parts, rowkinds
from studios.models import Honour, Member, Policy, Project
from tests.factories import ApplicationFactory, PolicyFactory

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def add_rows(studio, count: int) -> None:
    """Further honours and projects, each with a file."""
    for number in range(count):
        honour = Honour.objects.create(
            studio=studio, title=f"先进工作者{number}", level="municipal", year=2015
        )
        project = Project.objects.create(
            studio=studio,
            name=f"课题{number}",
            level="provincial",
            starts_on=date(2020, 1, 1),
            ends_on=date(2021, 1, 1),
        )
        for row, slot in ((honour, "scan"), (project, "approval")):
            Attachment.objects.create(
                target=row,
                slot=slot,
                name=f"{row}.pdf",
                file="x.pdf",
                kind="pdf",
                size=5,
                sha256=f"{row}",
                uploaded_by=studio.lead,
            )


def queries(act) -> int:
    with CaptureQueriesContext(connection) as asked:
        act()
    return len(asked)


def test_freezing_asks_the_same_with_1_and_with_30_rows_and_finds_every_file(cast):
    policy = PolicyFactory()
    add_rows(cast.studio, 1)
    freeze(cast.studio, on=TODAY, policy=policy)
    few = queries(lambda: freeze(cast.studio, on=TODAY, policy=policy))
    add_rows(cast.studio, 29)
    assert queries(lambda: freeze(cast.studio, on=TODAY, policy=policy)) == few
    files = [
        (one["part"], one["of"], one["name"]) for one in freeze(cast.studio, on=TODAY, policy=policy)["files"]
    ]
    honours = [str(row) for row in cast.studio.honours.filter(level="municipal")]
    projects = [str(row) for row in cast.studio.projects.filter(starts_on=date(2020, 1, 1))]
    assert files == [
        *(("lead", name, f"{name}.pdf") for name in honours),
        *(("projects", name, f"{name}.pdf") for name in projects),
    ]


@pytest.mark.parametrize("page", ["submit", "form"])
def test_before_handing_in_the_pages_ask_the_same_with_1_and_with_30_rows(page, cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, returned=True)
    address = reverse(f"reviews:{page}", args=[application.pk, *(["docx"] if page == "form" else [])])
    client = sign_in(cast.lead)
    add_rows(cast.studio, 1)
    client.get(address)
    few = queries(lambda: client.get(address))
    add_rows(cast.studio, 29)
    assert queries(lambda: client.get(address)) == few


def strict_from(day) -> Policy:
    return Policy.objects.create(title="从严", effective_on=day, members_least=50, honour_level="national")


def findings_of(snapshot) -> dict[int, str]:
    return {one["condition"]: one["value"] for one in snapshot.data["conditions"]}


def test_the_conditions_are_frozen_by_the_policy_of_the_round_whatever_has_come_into_force_since(cast):
    application = ApplicationFactory(studio=cast.studio)
    strict_from(TODAY)
    application.submit(by=cast.lead, on=TODAY)
    assert findings_of(application.snapshot) == {1: "met", 2: "judge", 3: "met", 4: "met", 5: "met"}


def test_a_round_under_another_policy_freezes_by_that_one(cast):
    application = ApplicationFactory(studio=cast.studio)
    application.round.policy = strict_from(TODAY + timezone.timedelta(days=400))
    application.round.save()
    application.submit(by=cast.lead, on=TODAY)
    assert findings_of(application.snapshot) == {1: "unmet", 2: "unmet", 3: "met", 4: "met", 5: "met"}


def test_frozen_are_exactly_those_who_belong_to_the_team_that_day(cast):
    tomorrow = TODAY + timezone.timedelta(days=1)
    cast.studio.members.all().delete()
    for name, fields in {
        "走了": {"left_on": TODAY},
        "明天走": {"left_on": tomorrow},
        "在": {"joined_on": TODAY},
        "明天来": {"joined_on": tomorrow},
    }.items():
        Member.objects.create(studio=cast.studio, name=name, **fields)
    application = ApplicationFactory(studio=cast.studio, submitted=True)
    assert [one["name"] for one in application.snapshot.data["members"]] == ["明天走", "在"]


# Typed into a row and not frozen: who is present that day is frozen instead of when people came and go.
LEFT_OUT = {("members", "joined_on"), ("members", "left_on")}
FROZEN_AS = {"results": "achievements"}  # the others bear the name of their kind


def typed(form) -> set[str]:
    """The fields of a model that people fill in."""
    columns = {field.name for field in form._meta.model._meta.get_fields() if field.concrete}
    return columns.intersection(form.base_fields)


def test_every_field_of_a_row_that_people_type_is_frozen_or_named_as_left_out():
    left = {
        (kind.key, name)
        for kind in rowkinds.all_kinds()
        for name in typed(kind.form) - {*ROWS[FROZEN_AS.get(kind.key, kind.key)]}
    }
    assert left == LEFT_OUT


def test_every_row_that_people_type_is_frozen():
    assert {FROZEN_AS.get(kind.key, kind.key) for kind in rowkinds.all_kinds()} == {*ROWS}


@pytest.mark.parametrize(
    ("form", "frozen", "left"),
    [
        # The reason for a name of its own is asked where the name is given; the name is what is judged.
        (forms.LeadForm, {"name", "founded_on", "direction", "equipment"}, {"name_reason"}),
        (forms.PlaceForm, {"address", "area"}, set()),
        (forms.PlanForm, {*parts.PLAN}, set()),
    ],
)
def test_every_field_of_a_part_that_people_type_is_frozen_or_named_as_left_out(form, frozen, left, cast):
    data = freeze(cast.studio, on=TODAY, policy=PolicyFactory())
    kept = {*data["studio"], *data["venue"], *(f"plan_{name}" for name in data["plan"])}
    assert typed(form) & kept == frozen
    assert typed(form) - kept == left


def test_every_frozen_field_has_its_place_where_the_papers_are_read():
    """The label of each stands in :mod:`reviews.reading`; without one nobody would see it."""
    shown = {key: {*reading.BY_KEY[key].fields} for key in ROWS}
    assert shown == {key: {*fields} for key, fields in ROWS.items()}


def test_what_a_result_brings_in_is_frozen_read_by_who_signs_and_compared(cast, sign_in):
    result = cast.studio.achievements.first()
    Achievement.objects.filter(pk=result.pk).update(benefit_amount="300000")
    application = ApplicationFactory(studio=cast.studio, returned=True)
    row = next(one for one in application.snapshot.data["achievements"] if one["id"] == result.pk)
    assert row["benefit_amount"] == "300,000.00"
    address = reverse("reviews:papers", args=[application.pk, 1])
    assert "经济效益（元） 300,000.00" in sign_in(cast.party).get(address).content.decode()
    Achievement.objects.filter(pk=result.pk).update(benefit_amount="420000")
    application.resubmit(by=cast.lead, on=TODAY)
    first, second = application.snapshots.order_by("version")
    assert [
        (line["where"], line["before"], line["after"])
        for line in reading.changed(second, first, personal=True)
    ] == [(f"“{result.title}”：经济效益（元）", "300,000.00", "420,000.00")]


def test_a_version_frozen_without_the_benefit_does_not_say_that_it_was_changed(cast):
    Achievement.objects.filter(studio=cast.studio).update(benefit_amount="300000")
    now = freeze(cast.studio, on=TODAY, policy=PolicyFactory())
    before = copy.deepcopy(now)
    for row in before["achievements"]:
        del row["benefit_amount"]
    assert changes(before, now) == []
    assert changes(now, {**now, "achievements": []}) != []
