"""The papers of an application: frozen versions, files, the form to print, the stamped scan, the decision."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from records.attachments import CONTENT_TYPES, Attachment
from records.views import send_or_404
from reviews import issuing, reading
from reviews.actions import upload_paper_form
from reviews.forms import StampedForm, with_version
from reviews.freezing import freeze, without_personal
from reviews.models import Decision, DecisionDocument, PaperForm, Part, State
from reviews.papers import Decided, TooLong, application_form_docx, application_form_pdf
from reviews.views.asking import application_for, attempt, check_not_own, having_read, posted

DRAFT = "草稿"
MAKERS = {"pdf": application_form_pdf, "docx": application_form_docx}


@require_safe
def frozen(request, pk, version):
    """One version as it was handed in, and what it changed."""
    application = application_for(request, pk)
    if not 1 <= version <= application.version:
        raise Http404
    personal = request.user.has_perm("reviews.view_personal", application)
    papers = reading.papers(application, personal=personal, version=version)
    return render(request, "reviews/papers.html", {"application": application, **papers})


@require_safe
def frozen_file(request, pk, version, file):
    """A file as it was handed in with one version, whatever became of its row since."""
    application = application_for(request, pk)
    snapshot = get_object_or_404(application.snapshots, version=version)
    if str(file) not in {one["id"] for one in snapshot.data["files"]}:
        raise Http404
    kept = get_object_or_404(Attachment, pk=file)
    return send_or_404(kept.file, kept.name, kept.kind, inline="download" not in request.GET)


@require_safe
@never_cache
def form_download(request, pk, kind):
    """The application form as A4 PDF or Word: what was handed in, or a draft while it is being filled in.

    With ``paper`` in the address the lead's declaration is left open, to be signed by hand.
    """
    if kind not in MAKERS:
        raise Http404
    application = application_for(request, pk)
    works = request.user.has_perm("reviews.fill_in_application", application)
    is_draft = works or application.submitted_at is None
    given = as_it_stands(application) if is_draft else as_handed_in(application)
    if "paper" in request.GET:
        given["declared"] = None
    given["data"] = for_reader(request.user, application, given["data"])
    try:
        made = MAKERS[kind](**given, round_title=application.round.title)
    except TooLong as error:
        messages.error(request, str(error))
        return redirect(application)
    name = f"{application.studio.name}申报表{f'（{DRAFT}）' if is_draft else ''}.{kind}"
    response = HttpResponse(made, content_type=CONTENT_TYPES[kind])
    response["Content-Disposition"] = content_disposition_header(kind != "pdf", name)
    return response


def for_reader(user, application, data: dict) -> dict:
    """With the telephone of the lead as it is now, since it is never frozen; or without anything personal."""
    if not user.has_perm("reviews.view_personal", application):
        return without_personal(data)
    return {**data, "lead": {**data["lead"], "phone": application.studio.lead.phone}}


def as_it_stands(application) -> dict:
    """What the form of a draft shows: nothing is declared or signed yet."""
    data = freeze(application.studio, on=timezone.localdate(), policy=application.round.policy)
    return {"data": data, "number": DRAFT}


def as_handed_in(application) -> dict:
    """What the form shows of the version handed in last, with what was declared and signed since."""
    snapshot = application.snapshot
    return {
        "data": snapshot.data,
        "number": application.number,
        "declared": snapshot.declared(),
        "endorsements": application.endorsements.all(),
        "decided": decided(application),
    }


def decided(application) -> Decided | None:
    """The decision, once it is one that stands: what is on hold is not decided yet."""
    if application.known_decision not in (Decision.APPROVE, Decision.REJECT):
        return None
    return Decided(application.decision_text, application.decided_by.name, application.decided_at)


@require_http_methods(["GET", "POST"])
def upload_stamped(request, pk):
    """The department union hands in the form that was signed and stamped on paper."""
    application = application_for(request, pk)
    check_not_own(request.user, "reviews.upload_paper_form", application)
    if application.state != State.SUBMITTED:
        messages.error(request, application.why_not("complete_endorsement"))
        return redirect(application)
    if application.paper_forms.filter(state=PaperForm.State.UPLOADED).exists():
        messages.info(request, _("A stamped form of this application is waiting for its check already."))
        return redirect(application)
    form = stamped_form(request, application)
    if request.method == "POST" and form.is_valid():
        scan, words = form.cleaned_data["scan"], form.signed
        act = lambda: upload_paper_form(application, by=request.user, scan=scan, signed=words)  # noqa: E731
        done = _("Uploaded. The university union checks the form; you will be told.")
        attempt(request, having_read(application, form, act), done)
        return redirect(application)
    context = {"application": application, "form": form, "groups": form.groups()}
    return render(request, "reviews/stamped.html", context)


def stamped_form(request, application) -> StampedForm:
    """The form for the parts that are not signed yet."""
    given = application.given()
    form = StampedForm(
        posted(request),
        request.FILES or None,
        open_parts=[part for part in Part.values if part not in given],
        taken_names={one.signatory for one in given.values()},
        own_names=application.names_in_the_papers(on=timezone.localdate()),
    )
    return with_version(form, application)


@require_safe
def decision(request, pk):
    """The numbered document in which studios were named."""
    document = get_object_or_404(DecisionDocument.objects.visible_to(request.user), pk=pk)
    issuing.issue(document)  # made already, but for the moments after a naming
    return send_or_404(
        document.file, issuing.file_name(document), "pdf", inline="download" not in request.GET
    )
