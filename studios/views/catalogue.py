"""The list of studios, the page of a studio, the papers issued to it."""

from django.db.models import Exists, OuterRef
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import RoleCode
from records.pages import keyset_page
from records.templatetags.present import cn_date
from records.views import send_or_404
from studios import parts
from studios.charts import team_structure
from studios.forms import StudioSearch
from studios.issuing import file_name
from studios.models import IssuedPaper, Studio
from studios.renewal import over_since, with_runs_until
from studios.starting import live_studio_of
from studios.views.fetching import studio_or_404

PAGE = 30
Kind = IssuedPaper.Kind


@require_safe
def studios(request):
    """The studios a person may see, the newest first."""
    form = StudioSearch(request.GET)
    found = form.filter(with_runs_until(Studio.objects.visible_to(request.user)))
    rows, newer, older = keyset_page(request, found.select_related("lead", "unit"), size=PAGE)
    for row in rows:
        row.over_since = over_since(row, timezone.localdate())
    context = {
        "form": form,
        "searching": any(request.GET.get(name) for name in form.fields),
        "rows": rows,
        "newer": newer,
        "older": older,
        "may_start": may_start(request.user),
    }
    return render(request, "studios/studios.html", context)


def may_start(user) -> bool:
    """Whether to offer it: to officers of a department union, and to those who lead none and judge none."""
    if user.has_perm("studios.start_studio_for_others"):
        return True
    judges = user.is_staff or user.has_role(RoleCode.EXPERT, RoleCode.UNIT_LEADER)
    return user.has_perm("studios.start_studio") and not judges and live_studio_of(user) is None


@require_safe
def studio(request, pk):
    """The page of a studio: facts, conditions, the structure of its team, cycles and certificates, its parts."""
    found = studio_or_404(request, pk)
    today = timezone.localdate()
    made = {
        kind: Exists(IssuedPaper.objects.filter(certificate=OuterRef("pk"), kind=kind))
        for kind in Kind.values
    }
    certificates = list(found.certificates.select_related("cycle").annotate(**made))
    may_edit = request.user.has_perm("studios.edit_studio", found)
    context = {
        "studio": found,
        "applies": parts.filled_in_for(found) if may_edit else None,
        "over_since": over_since(found, today),
        "facts": facts_of(found),
        "verdicts": found.verdicts.all(),
        "charts": team_structure(found.members.all(), today),
        "certificates": [
            (one, one.state(today), [(kind, label) for kind, label in Kind.choices if getattr(one, kind)])
            for one in certificates
        ],
        "may_edit": may_edit,
        "heading": parts.heading(found),
        "parts": parts.all_parts(),
    }
    return render(request, "studios/studio.html", context)


def facts_of(studio: Studio) -> list[tuple[str, str]]:
    return [
        (_("Lead"), studio.lead.name),
        (_("Unit"), studio.unit.name),
        (_("Kinds of innovation"), _(", ").join(str(kind) for kind in studio.kinds)),
        (_("Founded on"), cn_date(studio.founded_on)),
        (_("Direction of work"), studio.direction),
    ]


@require_safe
def paper(request, pk, certificate, kind):
    """The certificate or the plaque as issued, to whoever may see the studio."""
    found = studio_or_404(request, pk)
    issued = get_object_or_404(
        IssuedPaper.objects.select_related("certificate"),
        certificate__pk=certificate,  # a key: numbers beyond every key find nothing
        certificate__studio=found,
        kind=kind,
    )
    return send_or_404(issued.file, file_name(issued.certificate, issued.kind), "pdf", inline=True)
