"""An expert at work: an assignment as far as it is, and what a browser sends of its sheet."""

from decimal import Decimal

from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from portal.demo.pictures import photo
from records.attachments import attach, checked
from reviews.expert_sheet import form_of, lines
from reviews.models import Application, Assignment
from reviews.scoring_forms import comment_name, points_name
from tests.factories import ApplicationFactory, StudioFactory
from tests.reviews.review import assigned, expert_of, open_review

FILE = "高精度装备的故障诊断"  # stands in the papers and nowhere else


def invited(who="周评", *, application=None, **round_fields) -> Assignment:
    """An expert is asked to review an application, one of its own where none is given.

    :param who: the expert, or the name of a new one.
    """
    expert = expert_of(who) if isinstance(who, str) else who
    application = application or ApplicationFactory(accepted=True)
    if application.round.rubric is None or application.round.review_by is None:
        open_review(application.round)
    application.round.panel.get_or_create(expert=expert)
    for field, value in round_fields.items():
        setattr(application.round, field, value)
    application.round.save()
    return fresh(assigned(application, expert))


def accepted(who="周评", **more) -> Assignment:
    """The expert has declared to have no relation."""
    assignment = invited(who, **more)
    assignment.accept(by=assignment.expert)
    return fresh(assignment)


def fill_in(assignment: Assignment, points: str = "8", comment: str = "") -> Assignment:
    """The same mark everywhere; 8 needs no comment."""
    for criterion in assignment.rubric.criteria.all():
        assignment.mark(criterion, by=assignment.expert, points=Decimal(points), comment=comment)
    return assignment


def handed_in(who="周评", *, points: str = "8", comment: str = "", **more) -> Assignment:
    assignment = fill_in(accepted(who, **more), points, comment)
    assignment.hand_in(by=assignment.expert)
    return fresh(assignment)


def fresh(assignment: Assignment) -> Assignment:
    return Assignment.objects.select_related(
        "application__studio__unit", "application__round__rubric", "expert__unit", "snapshot"
    ).get(pk=assignment.pk)


def page_of(assignment: Assignment) -> dict[str, str]:
    """What the page holds as it is opened now, as the browser would send it."""
    assignment = fresh(assignment)
    form = form_of(assignment, lines(assignment))
    return {**{name: form[name].value() or "" for name in form.fields}, "opened": form.opened}


def typed(assignment: Assignment, page: dict | None = None, **by_key) -> dict[str, str]:
    """That page after somebody typed: ``lead="8"`` for a mark, ``lead=("2", "理由")`` with its comment."""
    data = dict(page or page_of(assignment))
    for key, value in by_key.items():
        if key == "overall":
            data["overall"] = value
            continue
        criterion = assignment.rubric.criteria.get(key=key)
        points, *comment = (value,) if isinstance(value, str) else value
        data[points_name(criterion)] = points
        if comment:
            data[comment_name(criterion)] = comment[0]
    return data


def address(assignment: Assignment, name: str = "assignment", *more) -> str:
    return reverse(f"reviews:{name}", args=[assignment.application_id, *more])


def browser_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def marks_of(assignment: Assignment) -> dict[str, tuple[str, str]]:
    """Key of the criterion → mark and comment, of those that stand on the sheet."""
    rows = assignment.marks.select_related("criterion")
    return {
        row.criterion.key: ("" if row.points is None else f"{row.points.normalize():f}", row.comment)
        for row in rows
    }


def read(assignment, name="assignment", *more, by=None) -> str:
    """A page of the assignment as its expert, or somebody else, reads it."""
    answer = browser_of(by or assignment.expert).get(address(assignment, name, *more))
    assert answer.status_code == 200
    return answer.content.decode()


def status(assignment, name="assignment", *more, by=None) -> int:
    return browser_of(by or assignment.expert).get(address(assignment, name, *more)).status_code


def with_a_photo() -> Application:
    """An application under review whose papers hold a picture of the place."""
    studio = StudioFactory(complete=True)
    attach(checked(ContentFile(photo(0), name="全景.png")), studio.venue, "photo", by=studio.lead)
    application = ApplicationFactory(studio=studio, accepted=True)
    open_review(application.round)
    return application


def photo_of(assignment) -> str:
    return assignment.snapshot.data["files"][0]["id"]
