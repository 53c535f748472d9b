"""Starting a candidate studio (Art. 2): by the lead, or by the department union on the lead's behalf."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import Case, OuterRef, Subquery, When
from django.urls import reverse
from django.utils import translation

from accounts.delivery import notify
from accounts.models import RoleCode, Unit, User
from studios.honours import parse_honours
from studios.models import Honour, Studio


def live_studio_of(lead: User) -> Studio | None:
    return Studio.objects.live().filter(lead=lead).first()


def start(lead: User, *, by: User, name: str = "", name_reason: str = "") -> tuple[Studio, bool]:
    """A candidate studio of ``lead``, with the honours that personnel data names.

    A lead has one live studio: whoever asks again, or at the same moment, gets the one there is.

    :returns: the studio, and whether it was started now.
    """
    existing = live_studio_of(lead)
    if existing:
        return existing, False
    try:
        with transaction.atomic():
            studio = Studio.objects.create(
                lead=lead, unit=lead.unit, started_by=by, name=name, name_reason=name_reason
            )
            for honour in parse_honours(lead.honour_text):
                if honour.level and honour.year and honour.title:
                    Honour.objects.create(
                        studio=studio, title=honour.title[:100], level=honour.level, year=honour.year
                    )
            if by != lead:
                tell_lead(studio, by)
    except IntegrityError:
        if existing := live_studio_of(lead):
            return existing, False
        raise
    return studio, True


def tell_lead(studio: Studio, by: User) -> None:
    with translation.override("zh-hans"):
        notify(
            [studio.lead],
            f"studio-started:{studio.pk}",
            subject=f"{by.name}已为您开始填写{studio.name}的申报材料",
            body="七个部分可以分次填写，也可以请同事协同填写。请核对荣誉、团队等内容是否属实。",
            url=reverse("studios:parts", args=[studio.pk]),
        )


def may_lead(user: User) -> list[Unit]:
    """The units on whose people's behalf this person may start a studio."""
    return user.units_as(RoleCode.DEPARTMENT_UNION)


def people_of(user: User):
    """The people on whose behalf this person may start a studio."""
    return User.objects.filter(is_active=True, unit__in=Unit.objects.within(may_lead(user))).select_related(
        "unit"
    )


def candidates(people):
    """These people, those first of whom an honour is recorded: a model worker leads (Art. 2). Each with ``leads``, the
    name of the live studio that they lead already.
    """
    led = Studio.objects.live().filter(lead=OuterRef("pk")).order_by().values("name")
    unrecorded = Case(When(honour_text="", then=1), default=0)
    return people.annotate(leads=Subquery(led[:1])).order_by(unrecorded, "staff_no", "pk")
