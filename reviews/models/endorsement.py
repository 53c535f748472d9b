"""The recommendation and the two sign-offs (Art. 8), in the browser or on paper."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts import tree
from accounts.models import RoleCode
from accounts.names import bare
from records.moves import Movable, MoveLog, moves
from reviews.models.application import Application
from reviews.models.snapshot import Snapshot


class Part(models.TextChoices):
    """Who says it: the department union recommends, the Party and the administration of the unit endorse."""

    RECOMMENDATION = "recommendation", _("Recommendation of the department union")
    PARTY = "party", _("Endorsement by the Party side")
    ADMINISTRATION = "administration", _("Endorsement by the administration")


class EndorsementQuerySet(models.QuerySet):
    def by_person(self, person):
        """What this person has signed: see :meth:`Endorsement.is_by`."""
        return self.filter(Q(by=person) | Q(paper__isnull=False, signatory=bare(person.name)))


class Endorsement(models.Model):
    """One of the three; all three are needed, by three different people, each with an opinion."""

    application = models.ForeignKey(
        Application, models.PROTECT, related_name="endorsements", verbose_name=_("application")
    )
    part = models.CharField(_("part"), max_length=20, choices=Part)
    opinion = models.TextField(_("opinion"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="endorsements"
    )
    signatory = models.CharField(_("signed by"), max_length=60)
    at = models.DateTimeField(_("when"), default=timezone.now)
    snapshot = models.ForeignKey(Snapshot, models.PROTECT, related_name="endorsements")
    paper = models.ForeignKey(
        "reviews.PaperForm", models.PROTECT, null=True, blank=True, related_name="endorsements"
    )

    objects = EndorsementQuerySet.as_manager()

    class Meta:
        verbose_name = _("endorsement")
        verbose_name_plural = _("endorsements")
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "part"],
                name="each_part_is_signed_once",
                violation_error_message=_("This part is signed already."),
            ),
            models.UniqueConstraint(
                fields=["application", "by"],
                name="three_parts_are_signed_by_three_people",
                violation_error_message=_(
                    "The recommendation and the two sign-offs come from three different people."
                ),
            ),
            models.UniqueConstraint(
                fields=["application", "signatory"],
                condition=Q(paper__isnull=False),
                name="three_people_sign_on_paper",
                violation_error_message=_(
                    "The recommendation and the two sign-offs come from three different people."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(opinion="") & ~Q(signatory=""),
                name="an_endorsement_has_opinion_and_name",
                violation_error_message=_("An endorsement needs its opinion and who signs."),
            ),
            models.CheckConstraint(
                condition=Q(by__isnull=False, paper__isnull=True) | Q(by__isnull=True, paper__isnull=False),
                name="an_endorsement_is_online_or_on_paper",
                violation_error_message=_("An endorsement is given either online or on paper."),
            ),
        ]

    def __str__(self):
        return f"{self.get_part_display()}: {self.signatory}"

    def is_by(self, person) -> bool:
        """Whether this person gave it; on paper there is only the name, and who bears it is taken for the one."""
        return self.by_id == person.pk or (self.paper_id is not None and self.signatory == bare(person.name))


class PaperFormQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those who work on the papers, those who sign for the unit, and union staff who compare the scan.

        The form on paper bears birth and telephone, so whoever else reads the application does not see it.
        """
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.is_superuser or user.has_role(RoleCode.UNION_STAFF):
            return self
        seen = Q(application__studio__lead=user) | Q(application__studio__editors__user=user)
        seen |= tree.below(user.units_as(*RoleCode.IN_A_UNIT), "application__studio__unit__")
        return self.filter(pk__in=self.model.objects.filter(seen).values("pk"))

    def to_be_checked_by(self, person):
        """Those that wait, and that this person neither uploaded nor signed."""
        name = bare(person.name)
        signed = Q(recommendation_name=name) | Q(party_name=name) | Q(administration_name=name)
        waiting = self.filter(state=PaperForm.State.UPLOADED).exclude(uploaded_by=person)
        return waiting.exclude(signed) if name else waiting

    def with_papers(self):
        """With all that is read when scan and papers are compared."""
        rows = self.select_related(
            "application__studio__unit",
            "application__studio__lead",
            "application__round",
            "snapshot",
            "uploaded_by",
        )
        return rows.prefetch_related("application__studio__editors", "application__studio__members")


class PaperForm(Movable, models.Model):
    """The stamped and scanned application form, uploaded by the department union and checked by staff.

    It carries those of the three parts that are named on it; the scan is an attachment in slot ``scan``.
    """

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("Awaiting check")
        CHECKED = "checked", _("Checked")
        TURNED_DOWN = "turned_down", _("Turned down")

    MOVES = moves(
        check=({State.UPLOADED}, State.CHECKED),
        turn_down=({State.UPLOADED}, State.TURNED_DOWN),
    )
    STATE_LOOKS = {State.UPLOADED: "judge", State.CHECKED: "met", State.TURNED_DOWN: "unmet"}

    application = models.ForeignKey(
        Application, models.PROTECT, related_name="paper_forms", verbose_name=_("application")
    )
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.UPLOADED, editable=False)
    snapshot = models.ForeignKey(Snapshot, models.PROTECT, related_name="paper_forms")
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(default=timezone.now)
    recommendation_name = models.CharField(_("signed for the department union by"), max_length=60, blank=True)
    recommendation_opinion = models.TextField(_("opinion of the department union"), blank=True)
    party_name = models.CharField(_("signed for the Party side by"), max_length=60, blank=True)
    party_opinion = models.TextField(_("opinion of the Party side"), blank=True)
    administration_name = models.CharField(_("signed for the administration by"), max_length=60, blank=True)
    administration_opinion = models.TextField(_("opinion of the administration"), blank=True)

    objects = PaperFormQuerySet.as_manager()

    class Meta:
        verbose_name = _("stamped form")
        verbose_name_plural = _("stamped forms")
        ordering = ["-uploaded_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(state="uploaded"),
                name="one_paper_form_waits_for_its_check",
                violation_error_message=_(
                    "A stamped form of this application is waiting for its check already."
                ),
            ),
        ]

    def __str__(self):
        return f"{self.application} · {timezone.localdate(self.uploaded_at)}"

    def signed_parts(self) -> dict[str, tuple[str, str]]:
        """Part → (name, opinion) for the parts named on this form."""
        return {
            part: (getattr(self, f"{part}_name"), getattr(self, f"{part}_opinion"))
            for part in Part.values
            if getattr(self, f"{part}_name")
        }

    def why_not_checked_by(self, person) -> str:
        """Why this person cannot say that the form agrees; empty when they can."""
        if self.uploaded_by_id == person.pk:
            return _now("Who uploaded the form does not check it.")
        if any(name == bare(person.name) for name, _opinion in self.signed_parts().values()):
            return _now("Who signed the form does not check it. Somebody of another name has to do this.")
        return ""


class PaperFormLog(MoveLog):
    paper_form = models.ForeignKey(PaperForm, models.PROTECT, related_name="log")
