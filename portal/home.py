"""The home page: what is to be done first, then how things stand."""

from __future__ import annotations

import datetime as dt

from django.db.models import OuterRef, Prefetch, Subquery
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from accounts.models import Notice, RoleCode
from portal.context import Frame
from records import agenda
from reviews.beside import to_application
from reviews.models import Application, Round
from studios.conditions import tally
from studios.models import Member, Studio, Verdict
from studios.parts import Way
from studios.views.catalogue import may_start

LAST_NOTICES = 5


class Home:
    """Everything the home page shows on a day; each part is one query, asked when it is shown."""

    def __init__(self, frame: Frame, on: dt.date):
        self.frame = frame
        self.user = frame.request.user
        self.on = on

    @cached_property
    def tasks(self) -> list[agenda.Task]:
        return agenda.tasks_of(self.user, self.on)

    @property
    def late(self) -> int:
        return sum(task.due is not None and task.due < self.on for task in self.tasks)

    @cached_property
    def queues(self) -> list[agenda.Queue]:
        """The queues of the union's office, for who works there."""
        return list(agenda.queues.of(self.user, self.on)) if self.user.is_staff else []

    @cached_property
    def figures(self) -> list[agenda.Figure]:
        """What waits, what the packages say, and how many conditions the own studio meets."""
        figures = []
        if self.tasks or not self.user.is_staff:
            figures.append(agenda.Figure(len(self.tasks), _("to be done"), "#tasks", late=bool(self.late)))
        if self.queues:
            late = any(queue.late for queue in self.queues)
            waiting = sum(queue.count for queue in self.queues)
            figures.append(agenda.Figure(waiting, _("waiting in the queues"), "#queues", late=late))
        figures += agenda.figures.of(self.user, self.on)
        if self.studio and (verdicts := self.studio.verdicts.all()):
            met, words = tally(verdict.value for verdict in verdicts)
            figures.append(agenda.Figure(met, words, "#conditions"))
        return [*figures, agenda.Figure(self.frame.unread, _("unread notices"), reverse("accounts:inbox"))]

    @cached_property
    def notices(self) -> list[Notice]:
        return list(Notice.objects.visible_to(self.user)[:LAST_NOTICES])

    @cached_property
    def studio(self) -> Studio | None:
        """The live studio the person leads or helps to edit, else one they belong to, with its stored verdicts and
        its open application.
        """
        if not (self.frame.person["leads"] or self.frame.person["belongs"]):
            return None
        verdicts = Prefetch("verdicts", Verdict.objects.order_by("condition"))
        applications = Application.objects.open().filter(studio=OuterRef("pk")).order_by("-pk")
        studios = (
            Studio.objects.live()
            .prefetch_related(verdicts)
            .annotate(application=Subquery(applications.values("pk")[:1]))
            .annotate(application_state=Subquery(applications.values("state")[:1]))
        )
        own = studios.of(self.user).first()
        if own or self.user.is_staff:  # who works in the office comes here for its queues
            return own
        return studios.filter(
            pk__in=Member.objects.present(self.on).filter(user=self.user).values("studio")
        ).first()

    @cached_property
    def applies(self) -> Way | None:
        """To the open application of that studio, with its state."""
        if not (self.studio and self.studio.application):
            return None
        return to_application(Application(pk=self.studio.application, state=self.studio.application_state))

    @property
    def reviews_only(self) -> bool:
        """An expert, who comes here for reviews and to no office of a unit."""
        unit = (RoleCode.DEPARTMENT_UNION, RoleCode.UNIT_LEADER)
        return self.user.has_role(RoleCode.EXPERT) and not self.user.has_role(*unit)

    @cached_property
    def may_start(self) -> bool:
        return may_start(self.user)

    @cached_property
    def open_round(self) -> Round | None:
        """The round to tell somebody of who has honours and no studio yet; applying stays voluntary (Art. 7)."""
        if self.studio or not (self.user.honour_text and self.may_start):
            return None
        return Round.objects.open(self.on).order_by("-year").first()
