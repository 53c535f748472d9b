"""Files and jobs, each fetched through who may see it."""

from django.contrib import messages
from django.contrib.admin import site
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from records.attachments import Attachment, send
from records.jobs import Job
from records.moves import IllegalMove


@require_safe
def file(request, pk):
    """An attachment, shown in the browser if that is safe; ``?download`` saves it in any case."""
    kept = get_object_or_404(Attachment.objects.filter(pk=pk).visible_to(request.user))
    return send_or_404(kept.file, kept.name, kept.kind, inline="download" not in request.GET)


@require_safe
@never_cache
def job(request, pk):
    """The page of a job, in the office's frame for who works there; asked by htmx it is the part that moves, and the
    whole page anew once the job is over.
    """
    work = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    if not request.htmx:
        may_again = work.state == Job.State.FAILED and request.user.has_perm("records.run_job_again", work)
        context = {
            "job": work,
            "may_run_again": may_again,
            "may_download": bool(work.result) and work.is_result_for(request.user),
        }
        if request.user.is_staff:
            return render(request, "admin/records/job.html", in_office(request, work) | context)
        return render(request, "records/job.html", context)
    if work.is_over:
        return HttpResponseClientRefresh()
    return render(request, "records/_job.html", {"job": work})


def in_office(request, work: Job) -> dict:
    """What the office's frame asks for around a job."""
    return {
        **site.each_context(request),
        "title": work.title,
        "jobs": work._meta.verbose_name_plural,
        "may_see_all": request.user.has_perm("records.see_every_job"),
    }


@require_safe
def job_result(request, pk):
    """What a finished job made, under its own name, for who may read now what is in it."""
    work = get_object_or_404(
        Job.objects.visible_to(request.user).exclude(result=""), pk=pk, state=Job.State.DONE
    )
    if not work.is_result_for(request.user):
        raise Http404
    return send_or_404(work.result, work.result_name, work.result_name.rpartition(".")[2].lower())


@require_POST
def cancel_job(request, pk):
    """Stop a job; what it has done stays done."""
    work = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    try:
        work.cancel()
    except IllegalMove as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The job was stopped."))
    return redirect(work)


@require_POST
def run_job_again(request, pk):
    """Have a failed job done once more; what it has done is not done again."""
    work = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    if not request.user.has_perm("records.run_job_again", work):
        raise PermissionDenied
    try:
        work.run_again()
    except IllegalMove as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The job is run again. What was done before is not done twice."))
    return redirect(work)


def send_or_404(stored, name: str, kind: str, *, inline: bool = False):
    try:
        return send(stored, name, kind, inline=inline)
    except FileNotFoundError as error:
        raise Http404 from error
