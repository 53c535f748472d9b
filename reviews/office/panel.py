"""Who reviews what in a round: the overview, the proposal of the solver, several at once, and one by one."""

from __future__ import annotations

from itertools import groupby

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, F, OuterRef, Prefetch, Q
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import check
from records import agenda
from records.moves import DomainError
from records.pages import number
from reviews import conflicts, panels
from reviews.models import HOLDING, UNDER_WAY, Application, Assignment, AssignmentLog, Round, State
from reviews.office.frame import PERMISSION, page, round_for, stands_aside
from reviews.office.seats import add_view, invite_view, place_of
from studios.models import Studio

A_PAGE = 50
MOST_PAIRS = 4000  # what one form can send
GAVE_BACK = frozenset({"declined", "recused"})


# -- the overview ------------------------------------------------------------------------------------------------


def with_held(applications):
    """With ``held``, the number of experts each has."""
    return applications.annotate(held=Count("assignments", filter=Q(assignments__state__in=HOLDING)))


def lacking(applications):
    """Those under review that have fewer experts than the policy of their round asks for."""
    return with_held(applications).filter(held__lt=F("round__policy__experts_each"))


def shown(round_: Round, which: str, text: str):
    """The applications under review that a page of the overview lists."""
    rows = panels.under_review(round_)
    if text.strip():
        rows = rows.filter(studio__in=Studio.objects.search(text))
    own = Assignment.objects.filter(application__round=round_)
    if which == "lacking":
        rows = rows.filter(pk__in=lacking(panels.under_review(round_)).values("pk"))
    elif which == "late":
        rows = rows.filter(pk__in=own.late(timezone.localdate()).values("application"))
    elif which == "back":
        rows = rows.filter(pk__in=own.filter(state__in=GAVE_BACK).values("application"))
    experts = Assignment.objects.select_related("expert__unit").order_by("pk")
    return rows.order_by("studio__unit__code", "pk").prefetch_related(
        Prefetch("assignments", experts), "studio__editors", "studio__members"
    )


def line(application: Application, user, *, each: int, on) -> dict:
    """One application with its experts; from who stands aside the experts are kept."""
    rows = list(application.assignments.all())
    missing = max(0, each - sum(one.state in HOLDING for one in rows))
    for one in rows:
        one.is_late = one.state in UNDER_WAY and one.due_on < on
        one.is_due = one.state in UNDER_WAY
        one.place = place_of(one.expert)
    aside = stands_aside(user, application)
    return {
        "application": application,
        "experts": [] if aside else rows,
        "missing": missing,
        "aside": aside,
    }


def seats_with_work(round_: Round) -> list[dict]:
    """The panel with what each holds, has handed in and is late with."""
    rows = Assignment.objects.filter(application__round=round_, expert=OuterRef("expert")).order_by()

    def count(**which):
        found = rows.filter(**which).values("expert").annotate(all=Count("pk")).values("all")
        return Coalesce(found, 0)

    today = timezone.localdate()
    seats = round_.panel.select_related("expert__unit").annotate(
        holds=count(state__in=HOLDING),
        done=count(state="handed_in"),
        late=count(state__in=UNDER_WAY, due_on__lt=today, application__state=State.ACCEPTED),
        gave_back=count(state__in=GAVE_BACK),
    )
    return [{"seat": seat, "place": place_of(seat.expert)} for seat in seats.order_by("expert__pinyin", "pk")]


def figures(round_: Round, *, on) -> list[agenda.Figure]:
    """How the review of a round stands; each figure leads to its list."""
    here = reverse("admin:reviews_round_panel", args=[round_.pk])
    rows = Assignment.objects.filter(application__round=round_, application__state=State.ACCEPTED)
    work = rows.aggregate(
        late=Count("pk", filter=Q(state__in=UNDER_WAY, due_on__lt=on)),
        under_way=Count("pk", filter=Q(state__in=UNDER_WAY)),
        handed_in=Count("pk", filter=Q(state="handed_in")),
    )
    experts = list(with_held(panels.under_review(round_)).values_list("held", flat=True))
    lack = sum(held < round_.policy.experts_each for held in experts)
    all_of_them = (
        f"{reverse('admin:reviews_assignment_changelist')}?application__round__id__exact={round_.pk}"
    )
    return [
        agenda.Figure(len(experts), _("under expert review"), here),
        agenda.Figure(lack, _("lack experts"), f"{here}?show=lacking", late=bool(lack)),
        agenda.Figure(work["under_way"], _("sheets awaited"), f"{all_of_them}&standing=under_way"),
        agenda.Figure(
            work["late"], _("of them late"), f"{all_of_them}&standing=late", late=bool(work["late"])
        ),
        agenda.Figure(work["handed_in"], _("sheets handed in"), f"{all_of_them}&state__exact=handed_in"),
    ]


def hindrances(round_: Round, seats: list) -> list[str]:
    """What is to be settled before anybody can be assigned, a sentence each; a rubric that a round names is whole."""
    found = []
    if round_.rubric is None:
        found.append(_("The round has no rubric by which experts score."))
    if round_.review_by is None:
        found.append(_("No day is set until which experts review."))
    if not seats:
        found.append(_("Nobody is on the panel."))
    return found


@require_safe
def view(request, pk):
    """Applications under review with their experts, and the panel with its load.

    :raises PermissionDenied: to whom the office's reviews are not shown.
    """
    round_, today = round_for(request, pk), timezone.localdate()
    which, text = request.GET.get("show", ""), request.GET.get("q", "")
    standing, pages = figures(round_, on=today), Paginator(shown(round_, which, text), A_PAGE)
    if not (which or text.strip()):
        pages.count = standing[0].value  # known already
    found = pages.get_page(request.GET.get("page"))
    seats = seats_with_work(round_)
    each = round_.policy.experts_each
    return page(
        request,
        "admin/reviews/panel.html",
        round_,
        title=_("Experts and assignments"),
        figures=standing,
        lines=[line(row, request.user, each=each, on=today) for row in found],
        found=found,
        tabs=tabs(which, text),
        text=text,
        which=which,
        seats=seats,
        hindrances=hindrances(round_, seats),
        on=today,
    )


def tabs(which: str, text: str) -> list[dict]:
    labels = {
        "": _("All"),
        "lacking": _("Lack experts"),
        "late": _("With late experts"),
        "back": _("Declined or recused"),
    }
    return [
        {"url": f"?show={key}" if key else "?", "label": label, "is_now": key == which}
        for key, label in labels.items()
    ]


# -- pairs that are looked at, and then taken ---------------------------------------------------------------------


def offered(pairs: list[panels.Pair]) -> list[dict]:
    """Pairs by application, as their page lists them."""
    return [
        {"application": application, "pairs": list(own)}
        for application, own in groupby(pairs[:MOST_PAIRS], key=lambda pair: pair.application)
    ]


def ticked(request) -> list[tuple[int, int]]:
    """The pairs that were left ticked, of those that were sent as ``17:5``."""
    sent = [pair.partition(":") for pair in request.POST.getlist("pair")[:MOST_PAIRS]]
    return [(number(case), number(expert)) for case, _colon, expert in sent]


def take(request, round_: Round, back: str):
    """Assign what is ticked, and say so; or say why nothing was, on the page it came from."""
    try:
        rows = panels.assign(ticked(request), round_, by=request.user)
    except DomainError as error:
        for sentence in (str(error), *error.problems):
            messages.error(request, sentence)
        return redirect(back)
    said = ngettext(
        "%(count)s assignment was made; the expert is told.",
        "%(count)s assignments were made; the experts are told.",
        len(rows),
    )
    messages.success(request, said % {"count": len(rows)})
    return redirect("admin:reviews_round_panel", round_.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def propose_view(request, pk):
    """The proposal of the solver with its reasons, before it is taken; taken, it is checked anew.

    :raises PermissionDenied: to anybody but union staff.
    """
    check(request.user, PERMISSION)
    round_ = round_for(request, pk)
    if request.method == "POST":
        return take(request, round_, reverse("admin:reviews_round_propose", args=[pk]))
    plan = panels.plan(round_, by=request.user)
    return page(
        request,
        "admin/reviews/panel_pairs.html",
        round_,
        title=_("Proposal for the assignment"),
        said=panels.summary(plan),
        explained=_(
            "It fills as many places as the panel allows, keeps the loads even, and lets the experts of one "
            "application come from as many units as possible. Nobody is proposed whose conflict is known."
        ),
        groups=offered(plan.pairs),
        rest=max(0, len(plan.pairs) - MOST_PAIRS),
        loads=plan.loads,
        lacking=plan.lacking,
        aside=plan.aside,
        refused=[],
        hindrances=hindrances(round_, plan.loads),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def several_view(request, pk):
    """Several applications and several experts are chosen; each gets each, as far as there is no conflict.

    :raises PermissionDenied: to anybody but union staff.
    """
    check(request.user, PERMISSION)
    round_ = round_for(request, pk)
    if "pair" in request.POST:
        return take(request, round_, reverse("admin:reviews_round_several", args=[pk]))
    cases = {number(key) for key in request.POST.getlist("application")}
    experts = {number(key) for key in request.POST.getlist("expert")}
    if cases and experts:
        return looked_at(request, round_, cases, experts)
    if request.method == "POST":
        messages.warning(request, _("Tick at least one application and one expert."))
    each, today = round_.policy.experts_each, timezone.localdate()
    rows = [line(row, request.user, each=each, on=today) for row in shown(round_, "", "")]
    seats = seats_with_work(round_)
    return page(
        request,
        "admin/reviews/panel_several.html",
        round_,
        title=_("Assign several"),
        lines=[row for row in rows if not row["aside"]],
        seats=seats,
        cases=cases,
        chosen=experts,
        hindrances=hindrances(round_, seats),
    )


def looked_at(request, round_: Round, cases: set[int], experts: set[int]):
    pairs, refused, loads = panels.cross(round_, cases, experts, by=request.user)
    said = ngettext("%(count)s assignment is possible.", "%(count)s assignments are possible.", len(pairs))
    return page(
        request,
        "admin/reviews/panel_pairs.html",
        round_,
        title=_("Assign several"),
        said=said % {"count": len(pairs)},
        explained=_("Each chosen application gets each chosen expert, as far as no conflict is known."),
        groups=offered(pairs),
        rest=max(0, len(pairs) - MOST_PAIRS),
        loads=loads,
        lacking=[],
        aside=[],
        refused=refused,
        hindrances=hindrances(round_, loads),
    )


# -- one application ---------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def application_view(request, pk, application):
    """The experts of one application with what became of each, and the panel to choose from.

    :raises PermissionDenied: to whom the office's reviews are not shown, and for the own case.
    """
    round_ = round_for(request, pk)
    logs = Prefetch("log", AssignmentLog.objects.select_related("actor").order_by("at", "pk"))
    experts = Assignment.objects.select_related("expert__unit").prefetch_related(logs).order_by("pk")
    rows = Application.objects.filter(round=round_).select_related("studio__unit", "studio__lead", "round")
    rows = rows.prefetch_related(Prefetch("assignments", experts), "studio__editors", "studio__members")
    row = get_object_or_404(rows, pk=application)
    here = reverse("admin:reviews_round_application", args=[pk, application])
    if request.method == "POST":
        check(request.user, PERMISSION, row)
        return take(request, round_, here)
    told = line(row, request.user, each=round_.policy.experts_each, on=timezone.localdate())
    may_act = request.user.has_perm(PERMISSION, row) and not told["aside"] and row.state == State.ACCEPTED
    at_work = [one.expert for one in told["experts"] if one.state in HOLDING]
    known = conflicts.of_one(row, at_work) if at_work else {}
    for one in told["experts"]:
        one.since = known.get(one.expert_id, []) if one.state in HOLDING else []
        one.told = next((log.note for log in reversed(one.log.all()) if log.to_state == one.state), "")
    return page(
        request,
        "admin/reviews/panel_application.html",
        round_,
        title=row.studio.name,
        line=told,
        may_assign=may_act,
        choices=panels.choices(row) if may_act else [],
        on=timezone.localdate(),
    )


def panel_urls(wrap) -> list:
    """The pages of a round's panel, below the pages of rounds."""
    return [
        path("<int:pk>/panel/", wrap(view), name="reviews_round_panel"),
        path("<int:pk>/panel/proposal/", wrap(propose_view), name="reviews_round_propose"),
        path("<int:pk>/panel/several/", wrap(several_view), name="reviews_round_several"),
        path("<int:pk>/panel/add/", wrap(add_view), name="reviews_round_panel_add"),
        path("<int:pk>/panel/invite/", wrap(invite_view), name="reviews_round_panel_invite"),
        path("<int:pk>/panel/<int:application>/", wrap(application_view), name="reviews_round_application"),
    ]
