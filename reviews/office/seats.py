"""The panel of a round: who sits on it, who is added, and outsiders invited with an account for reviewing only."""

from __future__ import annotations

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Count, OuterRef, Q
from django.db.models.functions import Coalesce
from django.shortcuts import redirect
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts import activation
from accounts.models import Role, RoleCode, User
from accounts.office import OfficeFormSet, OfficeInline
from accounts.permissions import check
from records.pages import number
from reviews.models import HOLDING, Assignment, Panelist, Round
from reviews.office.frame import PERMISSION, page, round_for
from reviews.whence import place_of

MOST_FOUND = 200
TAKEN = _(
    "There is an account with this mail address. If it is not in the list of experts, ask the system administrator to "
    "give it the role of an expert."
)


class PanelFormSet(OfficeFormSet):
    """Who has been assigned something stays on the panel: what became of it is part of the record."""

    def clean(self):
        super().clean()
        leaving = [form.instance.expert_id for form in self.deleted_forms]
        rows = Assignment.objects.filter(application__round=self.instance, expert__in=leaving)
        names = sorted(set(rows.values_list("expert__name", flat=True)))
        if names:
            raise ValidationError(
                _now(
                    "%(names)s cannot be removed: applications have been assigned to them. "
                    "Replace them there; they get no more once “applications at most” is reached."
                ),
                params={"names": _now(", ").join(names)},
            )


class PanelInline(OfficeInline, admin.TabularInline):
    model = Panelist
    formset = PanelFormSet
    fields = ["name", "unit", "holds", "most"]
    readonly_fields = ["name", "unit", "holds"]
    viewers = RoleCode.READS_ALL
    editors = deleters = frozenset({RoleCode.UNION_STAFF})
    verbose_name_plural = _("panel of experts")

    def has_add_permission(self, request, obj=None) -> bool:
        """They are added on a page of their own, where they are searched."""
        return False

    def get_queryset(self, request):
        rows = Assignment.objects.filter(
            application__round=OuterRef("round"), expert=OuterRef("expert"), state__in=HOLDING
        )
        count = rows.order_by().values("expert").annotate(all=Count("pk")).values("all")
        return super().get_queryset(request).select_related("expert__unit").annotate(load=Coalesce(count, 0))

    @admin.display(description=_("expert"))
    def name(self, seat):
        return seat.expert.name

    @admin.display(description=_("unit"))
    def unit(self, seat):
        return place_of(seat.expert)

    @admin.display(description=_("holds in this round"))
    def holds(self, seat):
        return seat.load


# -- adding ------------------------------------------------------------------------------------------------------


class SearchForm(forms.Form):
    q = forms.CharField(
        label=_("Name of the expert, pinyin, initials or staff number"), required=False, max_length=60
    )


def to_add(round_: Round, text: str):
    """The experts who are not on the panel yet, with their units; without those who read all marks by their office."""
    people = User.objects.with_role(RoleCode.EXPERT).exclude(panels__round=round_)
    people = people.exclude(pk__in=User.objects.reading_all().values("pk"))
    people = people.search(text) if text.strip() else people
    return people.select_related("unit").order_by("unit__code", "pinyin", "pk")


@require_http_methods(["GET", "HEAD", "POST"])
def add_view(request, pk):
    """The experts there are, to be ticked; several at a time.

    :raises PermissionDenied: to anybody but union staff.
    """
    check(request.user, PERMISSION)
    round_ = round_for(request, pk)
    if request.method == "POST":
        keys = {number(key) for key in request.POST.getlist("expert")}
        return added(request, round_, list(to_add(round_, "").filter(pk__in=keys)))
    form = SearchForm(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    found = list(to_add(round_, text)[: MOST_FOUND + 1])
    return page(
        request,
        "admin/reviews/panel_add.html",
        round_,
        title=_now("Add experts to the panel"),
        form=form,
        asked=bool(text.strip()),
        found=[{"expert": one, "place": place_of(one)} for one in found[:MOST_FOUND]],
        more=len(found) > MOST_FOUND,
    )


def added(request, round_: Round, experts: list[User]):
    """Put them on the panel; whoever was put there meanwhile stays there once."""
    for expert in experts:
        seat(round_, expert, by=request.user)
    if experts:
        said = ngettext(
            "%(count)s expert was added to the panel.",
            "%(count)s experts were added to the panel.",
            len(experts),
        )
        messages.success(request, said % {"count": len(experts)})
        return redirect("admin:reviews_round_panel", round_.pk)
    messages.warning(request, _now("Tick whom to add first."))
    return redirect("admin:reviews_round_panel_add", round_.pk)


def seat(round_: Round, expert: User, *, by: User) -> Panelist:
    """Put an expert on the panel, with a line in the history of the round."""
    panelist, is_new = Panelist.objects.get_or_create(round=round_, expert=expert, defaults={"added_by": by})
    if is_new:
        what = [{"added": {"name": str(Panelist._meta.verbose_name), "object": expert.name}}]
        LogEntry.objects.log_actions(by.pk, [round_], CHANGE, what, single_object=True)
    return panelist


# -- inviting ----------------------------------------------------------------------------------------------------


class InviteForm(forms.Form):
    """Somebody from outside the university, whose account is good for reviewing and for nothing else."""

    name = forms.CharField(label=_("Name"), max_length=60)
    post = forms.CharField(label=_("Where they work, and their post"), max_length=60)
    title = forms.CharField(label=_("Professional title"), max_length=40, required=False)
    email = forms.EmailField(
        label=_("Mail address"),
        max_length=150,
        help_text=_("They sign in by it. A link with which they choose a password is sent there."),
    )
    phone = forms.CharField(label=_("Mobile phone"), max_length=30, required=False)

    def clean_email(self) -> str:
        email = self.cleaned_data["email"].lower()
        if User.objects.filter(Q(username__iexact=email) | Q(email__iexact=email)).exists():
            raise ValidationError(TAKEN)
        return email


@require_http_methods(["GET", "HEAD", "POST"])
def invite_view(request, pk):
    """An account for an outsider, limited to reviewing, put on the panel, with a link by mail.

    :raises PermissionDenied: to anybody but union staff.
    """
    check(request.user, PERMISSION)
    round_ = round_for(request, pk)
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            expert = invite(round_, by=request.user, **form.cleaned_data)
        except IntegrityError:  # invited by somebody else at the same moment
            form.add_error("email", TAKEN)
        else:
            said = _now("%(name)s is on the panel. A link to choose a password goes to %(email)s.")
            messages.success(request, said % {"name": expert.name, "email": expert.email})
            return redirect("admin:reviews_round_panel", round_.pk)
    title = _now("Invite an expert from outside")
    return page(request, "admin/reviews/panel_invite.html", round_, title=title, form=form)


@transaction.atomic
def invite(round_: Round, *, by: User, email: str, **person) -> User:
    """A new account of no unit with the one role of an expert; roles of accounts that exist are the system
    administrator's to give.
    """
    expert = User(username=email, email=email, **person)
    expert.set_unusable_password()
    expert.save()
    Role.objects.create(user=expert, code=RoleCode.EXPERT)
    seat(round_, expert, by=by)
    activation.send_links([expert])
    return expert
