"""Everything the office reads about one application before it acts; each part is asked for when it is shown."""

from __future__ import annotations

from datetime import date

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from records.attachments import Attachment
from reviews import reading
from reviews.actions import not_nameable
from reviews.models import Application, State
from reviews.office.meetings import visits_of
from reviews.office.verbs import open_verbs
from reviews.results import REVIEWED
from reviews.timeline import known, timeline
from reviews.visits import JUDGED

RELEASE = "reviews.release_decisions"
FIRST = ("accept", "review", "decide")  # what is to be done next is the main button


class Desk:
    """One application for one person of the office on a day.

    :param application: with studio, lead, unit, round; endorsements, editors and members prefetched.
    """

    def __init__(self, application: Application, user, *, on: date):
        self.application = application
        self.user = user
        self.on = on
        self.personal = user.has_perm("reviews.view_personal", application)
        self.own_case = application.concerns(user)

    @cached_property
    def buttons(self) -> list[dict]:
        """What this person may do now, the next step first."""
        pk = self.application.pk
        buttons = [
            {
                "label": verb.label_for(self.application),
                "url": reverse("admin:reviews_application_verb", args=[pk, name]),
                "main": name in FIRST,
            }
            for name, verb in open_verbs(self.user, self.application).items()
        ]
        if self.is_to_be_named and self.user.has_perm("reviews.name_application", self.application):
            url = f"{reverse('admin:reviews_application_naming')}?pk={pk}"
            buttons.insert(0, {"label": _("Name this studio"), "url": url, "main": True})
        if self.application.state == State.PROPOSED and self.user.has_perm(RELEASE, self.application):
            url = reverse("admin:reviews_round_release", args=[self.application.round_id])
            buttons.insert(0, {"label": _("Release the decisions of the round"), "url": url, "main": True})
        return buttons

    @property
    def is_to_be_named(self) -> bool:
        application = self.application
        return application.state == State.APPROVED and not not_nameable(application, on=self.on)

    @property
    def shows_decision(self) -> bool:
        """Whose own case it is reads the decision when everybody does."""
        return bool(self.application.known_decision if self.own_case else self.application.decision)

    @cached_property
    def objections(self) -> list:
        """The objections to its naming, the newest first; those to the own case others deal with."""
        if self.application.notice_id is None or self.own_case:
            return []
        return list(self.application.objections.all())

    @cached_property
    def snapshots(self) -> list:
        """What was handed in, the newest first."""
        return list(self.application.snapshots.select_related("frozen_by").order_by("-version"))

    @property
    def snapshot(self):
        return self.snapshots[0] if self.snapshots else None

    @cached_property
    def is_intact(self) -> bool:
        """Whether the papers are, sign by sign, what was handed in."""
        return all(one.is_intact() for one in self.snapshots)

    @cached_property
    def chapters(self) -> list:
        return reading.chapters(self.snapshot, personal=self.personal) if self.snapshot else []

    @cached_property
    def conditions(self) -> list:
        return reading.conditions(self.snapshot) if self.snapshot else []

    @cached_property
    def changes(self) -> list[dict]:
        """What each version changed against the one before it, and what was said of it; the newest first."""
        pairs, said = zip(self.snapshots, self.snapshots[1:], strict=False), reading.explanations(self.log)
        return [
            {
                "snapshot": new,
                "lines": reading.changed(new, old, personal=self.personal),
                "note": said.get(new.version, ""),
            }
            for new, old in pairs
        ]

    @cached_property
    def log(self) -> list:
        rows = self.application.log.select_related("actor").order_by("at", "pk")
        return known(rows) if self.own_case else list(rows)

    @property
    def timeline(self) -> list:
        return timeline(self.application, self.log, set(self.application.given()), on=self.on)

    @property
    def is_reviewed(self) -> bool:
        """Whether experts review it or have reviewed it."""
        return self.application.state in REVIEWED

    @cached_property
    def result_url(self) -> str:
        """Where the results are; empty for the own case and before experts have it."""
        if not self.is_reviewed or self.own_case:
            return ""
        return reverse("admin:reviews_round_result", args=[self.application.round_id, self.application.pk])

    @property
    def shows_visits(self) -> bool:
        return self.is_reviewed and self.user.has_perm("reviews.view_visits", self.application)

    @cached_property
    def may_record_visits(self) -> bool:
        return self.application.state in JUDGED and self.user.has_perm(
            "reviews.record_visit", self.application
        )

    @cached_property
    def visit_url(self) -> str:
        """Where a visit is recorded; empty for who does not record any."""
        where = [self.application.round_id, self.application.pk]
        return reverse("admin:reviews_round_visit", args=where) if self.may_record_visits else ""

    @cached_property
    def visits(self) -> list[dict]:
        return visits_of(self.application, may_mend=self.may_record_visits)

    @cached_property
    def paper_forms(self) -> list:
        return self.application.forms_on_paper(self.log)

    @cached_property
    def corrections(self) -> list:
        """What was asked to be corrected last, part by part."""
        if not any(row.verb == "return_for_correction" for row in self.log):
            return []
        asked = list(self.application.corrections.select_related("log").order_by("-pk"))
        return [one for one in asked if one.log_id == asked[0].log_id][::-1]

    @property
    def facts(self) -> list[tuple]:
        application, studio = self.application, self.application.studio
        rows = [
            (
                _("Lead"),
                _("%(name)s (%(number)s)")
                % {"name": studio.lead.name, "number": studio.lead.staff_no or "—"},
            ),
            (_("Unit"), studio.unit.name),
            (_("Round"), application.round.title),
            (_("Policy"), application.round.policy.title),
        ]
        if self.personal:
            rows[1:1] = [(_("Telephone"), studio.lead.phone), (_("Mail"), studio.lead.email)]
        return rows


def scans_of(form) -> list[Attachment]:
    """The scans of a stamped form, in the order they came."""
    return list(Attachment.objects.current().of(form, "scan"))
