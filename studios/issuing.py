"""Making the files of certificates and plaques, each once; and many of them as one job with one ZIP."""

from __future__ import annotations

import hashlib
import re
import tempfile
import zipfile

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.delivery import notify
from accounts.models import RoleCode, User
from records.jobs import Job, job, start_job
from records.moves import DomainError
from records.templatetags.present import day_of_record
from studios.certificates import certificate_pdf, plaque_pdf
from studios.models import Certificate, IssuedPaper

Kind = IssuedPaper.Kind
PRESSES = {Kind.CERTIFICATE: certificate_pdf, Kind.PLAQUE: plaque_pdf}
WORDS = {
    Kind.CERTIFICATE: "证书",
    Kind.PLAQUE: "铭牌",
}  # as the files are called, in the language of the record
MOST_IN_A_BATCH = 5000
IN_MEMORY = 8 * 2**20


def issue(certificate: Certificate) -> list[IssuedPaper]:
    """The certificate and the plaque as files, made now or earlier; what was made once stays what it is.

    Two that issue at once both make a file; the row of one of them counts, and the other deletes its file.

    :raises DomainError: when the certificate was revoked before it was made, or a name bears a character that the
        document font lacks.
    """
    made = {paper.kind: paper for paper in certificate.papers.all()}
    lacking = [kind for kind in PRESSES if kind not in made]
    if lacking and certificate.revoked_on:
        raise DomainError(
            _("Certificate %(number)s is revoked and is not issued.") % {"number": certificate.number}
        )
    return [made.get(kind) or _make(certificate, kind) for kind in PRESSES]


def _make(certificate: Certificate, kind: str) -> IssuedPaper:
    pdf = PRESSES[kind](certificate)
    paper = IssuedPaper(
        certificate=certificate, kind=kind, sha256=hashlib.sha256(pdf).hexdigest(), size=len(pdf)
    )
    paper.file.save("paper.pdf", ContentFile(pdf), save=False)
    try:
        with transaction.atomic():
            paper.save(force_insert=True)
            if certificate.papers.values("kind").count() == len(PRESSES):
                tell_of_issue(certificate)
    except IntegrityError:
        paper.file.storage.delete(paper.file.name)
        return IssuedPaper.objects.get(certificate=certificate, kind=kind)
    except BaseException:
        paper.file.storage.delete(paper.file.name)
        raise
    return paper


def tell_of_issue(certificate: Certificate) -> None:
    """Tell the lead, the co-editors and the department union that both papers are made; part of the transaction."""
    studio = certificate.studio
    first, last = day_of_record(certificate.starts_on), day_of_record(certificate.ends_on)
    notify(
        [
            studio.lead,
            *(editor.user for editor in studio.editors.select_related("user")),
            *User.objects.with_role(RoleCode.DEPARTMENT_UNION, unit=studio.unit),
        ],
        f"certificate-issued:{certificate.pk}",
        subject=f"{certificate.studio_name}的证书和铭牌已制发",
        body=f"证书编号：{certificate.number}，有效期{first}至{last}。证书和铭牌的电子文件可在工作室页面下载。",
        url=studio.get_absolute_url(),
    )


def file_name(certificate: Certificate, kind: str) -> str:
    """2026-003_龚䶮劳模创新工作室_证书.pdf, without signs that a file system minds."""
    return f"{certificate.number}_{_clean(certificate.studio_name)}_{WORDS[Kind(kind)]}.pdf"


def preview_name(certificate: Certificate, kind: str) -> str:
    return f"{_clean(certificate.studio_name)}_{WORDS[Kind(kind)]}_预览.pdf"


def _clean(name: str) -> str:
    return re.sub(r'[\x00-\x1f<>:"/\\|?*]', "_", name).strip(" .")


def start_batch(certificates, *, by) -> Job:
    """Issue many certificates as a job, whose result is one ZIP.

    :param certificates: a queryset of certificates.
    :raises DomainError: when there are none, or too many for one job.
    """
    chosen = certificates.order_by("year", "serial").values_list("pk", "number")[: MOST_IN_A_BATCH + 1]
    keys, numbers = [pk for pk, _number in chosen], [number for _pk, number in chosen]
    if not keys:
        raise DomainError(_("Choose at least one certificate."))
    if len(keys) > MOST_IN_A_BATCH:
        raise DomainError(
            _("At most %(most)s certificates in one go. Filter by year first.") % {"most": MOST_IN_A_BATCH}
        )
    count = len(keys)
    title = ngettext(
        "Certificate and plaque of %(count)s studio", "Certificates and plaques of %(count)s studios", count
    )
    payload = {"certificates": keys, "numbers": shortened(numbers)}
    return start_job("certificates.batch", payload, by=by, title=title % {"count": count}, total=count)


def shortened(numbers: list[str]) -> list[str]:
    """The numbers as they are told on the page of the job: all of a few, the first and the last of many."""
    return numbers if len(numbers) <= 40 else [*numbers[:3], "…", numbers[-1]]


def may_fetch(work: Job, user) -> bool:
    """The certificates of many studios are given to whoever may issue certificates, as long as they may."""
    return user.has_perm("studios.issue_certificates")


@job("certificates.batch", may_fetch=may_fetch)
def batch(work: Job) -> None:
    """Issue each certificate that the job names and pack the files.

    Begun again after a crash it finds the papers made before and makes the others.
    """
    keys = work.payload["certificates"]
    certificates = Certificate.objects.prefetch_related("papers").in_bulk(keys)
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as packed:
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for key in work.each(keys):
                certificate = certificates[key]
                for paper in issue(certificate):
                    with paper.file.open("rb") as file:
                        archive.writestr(_entry(certificate, paper), file.read())
        packed.seek(0)
        work.keep(packed, archive_name(certificates.values()))


def _entry(certificate: Certificate, paper: IssuedPaper) -> zipfile.ZipInfo:
    made = timezone.localtime(paper.made_at).timetuple()[:6]
    entry = zipfile.ZipInfo(file_name(certificate, paper.kind), made)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry


def archive_name(certificates) -> str:
    """证书和铭牌_2026年_12件.zip; with the first and the last year when there are several."""
    years = sorted({certificate.year for certificate in certificates})
    span = f"{years[0]}年" if len(years) == 1 else f"{years[0]}—{years[-1]}年"
    return f"证书和铭牌_{span}_{len(certificates)}件.zip"
