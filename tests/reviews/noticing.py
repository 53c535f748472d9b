"""A public notice and an objection to it, as tests make them."""

import time

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import RoleCode
from reviews.models import Application, Objection, PublicNotice
from reviews.objecting import Words, file_objection
from reviews.objection_guard import Ticket
from reviews.releasing import release_decisions
from tests.factories import ApplicationFactory, officer

# What nobody but the investigators may read anywhere.
NAME, CONTACT, ORGANISATION = "严实名", "021-6293-3377", "质疑者之家有限公司"
SECRETS = (NAME, CONTACT, ORGANISATION)


def on_notice(**fields) -> Application:
    """An application whose notice was published today."""
    application = ApplicationFactory(proposed=True, **fields)
    published(application)
    return application


def published(*applications: Application) -> PublicNotice:
    """All that waits in the round of these is released today."""
    round_ = applications[0].round
    notice = release_decisions(round_, by=officer(RoleCode.UNION_STAFF), on=timezone.localdate())
    for application in applications:
        application.refresh_from_db()
    return notice


def words(**changes) -> Words:
    said = {"name": NAME, "contact": CONTACT, "organisation": ORGANISATION, "text": "立项时间不实。"}
    return Words(**said | changes)


def objected(application: Application, **changes) -> Objection:
    return file_objection(application.notice, application, words(**changes), on=timezone.localdate())


def form_of(notice: PublicNotice) -> str:
    return reverse("reviews:object", args=[notice.pk])


def place_of(application: Application) -> int:
    """Where it stands in its notice, by which the form names it."""
    [place] = [one["place"] for one in application.notice.placed() if one["application"] == application.pk]
    return place


def filled_in(application: Application, *, age: float = 60, key: str = "k", **changes) -> dict:
    """What is sent from a form that was opened ``age`` seconds ago."""
    ticket = Ticket(application.notice_id, key, time.time() - age)
    data = {
        "ticket": str(ticket),
        "application": place_of(application),
        "name": NAME,
        "contact": CONTACT,
        "text": "立项时间与申报表不符。",
        "more": "",
    }
    return data | changes


def send(application: Application, client=None, **given):
    data = filled_in(application, **given)
    return (client or Client()).post(form_of(application.notice), data)
