"""Objections in the office: taken on, investigated, answered. Who objects only its investigators read."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import admin, messages
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import RoleCode
from accounts.office import OfficeAdmin, WithoutHistoryPage
from accounts.permissions import check
from records.attachments import Attachment, attach
from records.pages import number
from records.templatetags.present import cn_date, state_badge
from reviews.models import Objection
from reviews.objection_files import EVIDENCE, FILES, SEAL
from reviews.objection_forms import AnswerForm, EvidenceForm, SetAsideForm
from reviews.timeline import Entry
from reviews.views.asking import attempt, posted
from studios.office.filters import SearchedByStudio

INVESTIGATE, ANSWER, READ = "reviews.investigate", "reviews.answer_objection", "reviews.read_objection"
HIDDEN = _("Shown to its investigators only")
SAID = {
    "record": _("Entered from a letter"),
    "take_on": _("Taken on for investigation"),
    "dismiss": _("Dismissed"),
    "uphold": _("Upheld"),
    "set_aside": _("Not taken up"),
}


@dataclass(frozen=True)
class Act:
    """One end of an investigation: what it is called, what is asked, what follows from it."""

    label: str
    form: type
    lead: str
    done: str


ACTS = {
    "dismiss": Act(
        _("Answer: dismissed"),
        AnswerForm,
        _(
            "The objection is not right. The decision stands; once the notice is over the studio can be named."
        ),
        _("Objection %(number)s is dismissed and answered."),
    ),
    "uphold": Act(
        _("Answer: upheld"),
        AnswerForm,
        _(
            "The objection is right. The studio leaves the public notice, the decision on it is taken anew, and "
            "everybody concerned is told."
        ),
        _("Objection %(number)s is upheld; the decision on the studio is to be taken anew."),
    ),
    "set_aside": Act(
        _("Do not take it up"),
        SetAsideForm,
        _("There is nothing to investigate: no real name, no way to reach the person, or another matter."),
        _("Objection %(number)s is not taken up."),
    ),
}


@admin.register(Objection)
class ObjectionAdmin(SearchedByStudio, WithoutHistoryPage, OfficeAdmin):
    """Found by number and studio, never by who objects."""

    viewers = RoleCode.READS_ALL
    list_display = ["number", "studio", "unit", "state_shown", "received", "notice_until"]
    list_filter = ["state", "notice__round"]
    list_select_related = ["application__studio__unit", "notice"]
    way_to_studio = "application__studio"
    search_help_text = _(
        "Receipt number, or name of the studio or its lead, pinyin, initials, or staff number"
    )
    view_on_site = False

    class Media:
        css = {"all": ["css/office.css"]}

    def get_search_results(self, request, queryset, search_term):
        if queryset.filter(number=search_term.strip().upper()).exists():
            return queryset.filter(number=search_term.strip().upper()), False
        return super().get_search_results(request, queryset, search_term)

    @admin.display(description=_("studio"), ordering="application__studio__pinyin")
    def studio(self, obj):
        return obj.application.studio.name

    @admin.display(description=_("unit"), ordering="application__studio__unit__code")
    def unit(self, obj):
        return obj.application.studio.unit.name

    @admin.display(description=_("state"), ordering="state")
    def state_shown(self, obj):
        return state_badge(obj)

    @admin.display(description=_("received"), ordering="received_at")
    def received(self, obj):
        return obj.received

    @admin.display(description=_("notice until"), ordering="notice__ends_on")
    def notice_until(self, obj):
        return cn_date(obj.notice.ends_on)

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/take-on/", wrap(take_on), name="reviews_objection_take_on"),
            path("<int:pk>/evidence/", wrap(add_evidence), name="reviews_objection_evidence"),
            path("<int:pk>/<slug:verb>/answer/", wrap(answer), name="reviews_objection_answer"),
            *super().get_urls(),
        ]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """One objection, as far as this person may read it, with what may be done now."""
        if not self.has_view_permission(request):
            check(request.user, INVESTIGATE)
        return page(request, found(request, number(object_id)), EvidenceForm())


def found(request, pk: int) -> Objection:
    """The objection with all that its pages and rules ask of it."""
    rows = Objection.objects.visible_to(request.user).select_related(
        "notice",
        "application__studio__unit",
        "application__studio__lead",
        "application__round",
        "answered_by",
    )
    rows = rows.prefetch_related(
        "application__endorsements",
        "application__studio__editors",
        "application__studio__members",
        "investigators",
    )
    return get_object_or_404(rows, pk=pk)


def page(request, objection: Objection, evidence: EvidenceForm):
    """The page: the office reads that it is there, those not concerned what it says, investigators who it is."""
    user = request.user
    reads, knows = user.has_perm(READ, objection), user.has_perm("reviews.view_objector", objection)
    answers = objection.is_open and user.has_perm(ANSWER, objection)
    investigates = objection.investigators.all()
    context = {
        **admin.site.each_context(request),
        "opts": Objection._meta,
        "title": _now("Objection %(number)s") % {"number": objection.number},
        "objection": objection,
        "reads": reads,
        "knows": knows,
        "said": said(objection, knows=knows) if reads else {},
        "facts": facts(objection, knows=knows),
        "files": files_of(objection) if knows else {},
        "investigators": investigates,
        "may_take_on": objection.is_open
        and user not in investigates
        and user.has_perm(INVESTIGATE, objection),
        "acts": [(name, act) for name, act in ACTS.items() if answers and objection.can_move(name)],
        "evidence": evidence if answers else None,
        "timeline": timeline(objection) if reads else [],
    }
    request.current_app = admin.site.name
    return TemplateResponse(request, "admin/reviews/objection.html", context)


def said(objection: Objection, *, knows: bool) -> dict[str, str]:
    """What was written, as it is or as others than its investigators may read it."""
    names = ("text", "minutes", "answer")
    return {name: getattr(objection, name if knows else f"{name}_for_others") for name in names}


def facts(objection: Objection, *, knows: bool) -> list[tuple]:
    """Names and values; who objects only for who knows it."""
    who = [objection.name, objection.contact, objection.organisation or "—"] if knows else [HIDDEN] * 3
    return [
        (_("Studio"), objection.application.studio.name),
        (_("Unit"), objection.application.studio.unit.name),
        (_("Received on"), objection.received),
        (_("Notice until"), cn_date(objection.notice.ends_on)),
        (_("Real name"), who[0]),
        (_("Telephone or mail"), who[1]),
        (_("Unit that objects"), who[2]),
    ]


def files_of(objection: Objection) -> dict[str, list]:
    """The files by slot; one query."""
    slots: dict[str, list] = {SEAL: [], FILES: [], EVIDENCE: []}
    for file in Attachment.objects.current().of(objection):
        slots[file.slot].append(
            {"name": file.name, "url": file.get_absolute_url(), "kind": file.kind, "size": file.size}
        )
    return slots


def timeline(objection: Objection) -> list[Entry]:
    first = Entry(_now("Received"), "done", when=objection.received)
    rows = objection.log.select_related("actor").order_by("at", "pk")
    return [first, *(Entry(str(SAID[row.verb]), "done", who=str(row.actor), at=row.at) for row in rows)]


@require_POST
def take_on(request, pk):
    """Become an investigator of it."""
    objection = found(request, pk)
    check(request.user, INVESTIGATE, objection)
    done = _now("You investigate objection %(number)s and see who objects. Keep it to yourself.")
    attempt(request, lambda: objection.take_on(by=request.user), done % {"number": objection.number})
    return redirect("admin:reviews_objection_change", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request, pk, verb):
    """The page on which an investigation ends; a refused or stale one changes nothing and says so.

    :raises PermissionDenied: to anybody but its investigators.
    """
    objection = found(request, pk)
    act = ACTS.get(verb) or ACTS["dismiss"]
    check(request.user, ANSWER, objection)
    if verb not in ACTS or not objection.can_move(verb):
        messages.warning(request, objection.why_not(verb if verb in ACTS else "dismiss"))
        return redirect("admin:reviews_objection_change", pk)
    form = act.form(posted(request), objection=objection)
    if request.method == "POST" and form.is_valid():
        verb_of = getattr(objection, verb)
        done = act.done % {"number": objection.number}
        attempt(request, lambda: verb_of(by=request.user, **form.cleaned_data), done)
        return redirect("admin:reviews_objection_change", pk)
    context = {
        **admin.site.each_context(request),
        "opts": Objection._meta,
        "title": act.label,
        "act": act,
        "objection": objection,
        "form": form,
        "back": reverse("admin:reviews_objection_change", args=[pk]),
    }
    return TemplateResponse(request, "admin/reviews/objection_answer.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def add_evidence(request, pk):
    """Keep files of the investigation with it."""
    objection = found(request, pk)
    check(request.user, ANSWER, objection)
    if request.method != "POST" or not objection.is_open:
        return redirect("admin:reviews_objection_change", pk)
    form = EvidenceForm(request.POST, request.FILES)
    if not form.is_valid():
        return page(request, objection, form)

    def keep():
        for file in form.cleaned_data["evidence"]:
            attach(file, objection, EVIDENCE, by=request.user)

    attempt(request, keep, _now("The files are kept with the objection."))
    return redirect("admin:reviews_objection_change", pk)
