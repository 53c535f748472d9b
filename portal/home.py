"""The home page: what is to be done first, then how things stand."""

from __future__ import annotations

import datetime as dt

from django.db.models import Prefetch
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from accounts.models import Notice, RoleCode
from records import agenda
from studios.models import Studio, Verdict

LAST_NOTICES = 5


class Home:
    """Everything the home page of ``user`` shows on a day; each part is one query, asked when it is shown."""

    def __init__(self, user, on: dt.date):
        self.user = user
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
        """The packages' figures, and how many conditions the own studio meets."""
        said = list(agenda.figures.of(self.user, self.on))
        if self.studio and (verdicts := self.studio.verdicts.all()):
            met = sum(verdict.value == Verdict.Value.MET for verdict in verdicts)
            said.append(agenda.Figure(f"{met} / {len(verdicts)}", _("conditions met"), "#conditions"))
        return said

    @cached_property
    def notices(self) -> list[Notice]:
        return list(Notice.objects.visible_to(self.user)[:LAST_NOTICES])

    @cached_property
    def studio(self) -> Studio | None:
        """The live studio the person leads or helps to edit, with its stored verdicts."""
        verdicts = Prefetch("verdicts", Verdict.objects.order_by("condition"))
        return Studio.objects.of(self.user).live().prefetch_related(verdicts).first()

    @property
    def may_start(self) -> bool:
        """Whether to say how a studio is started: to people who are neither of the office nor experts."""
        return self.studio is None and not self.user.is_staff and not self.user.has_role(RoleCode.EXPERT)
