"""An objection is taken: under a receipt number, as long as the notice runs, and once however often it is sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from records.attachments import CheckedFile, attach
from records.moves import DomainError
from records.numbers import next_number
from reviews import objection_notices
from reviews.models import Application, Objection, PublicNotice, State
from reviews.objection_files import FILES, SEAL, sha256_of
from studios.models.title import check_code


@dataclass(frozen=True)
class Words:
    """What somebody says, and with which files; the files are checked."""

    name: str
    contact: str
    text: str
    organisation: str = ""
    seal: tuple[CheckedFile, ...] = ()
    files: tuple[CheckedFile, ...] = field(default=())


def file_objection(
    notice: PublicNotice, application: Application, words: Words, *, on: date, key: str = "", by=None
) -> Objection:
    """Take an objection to the naming of a studio.

    The row of the application is held, as a naming holds it: of an objection and a naming at the same moment the
    second one finds what the first one did.

    :param key: of the form it was sent with; the same words sent again with it are the same objection.
    :param on: the day on which it came.
    :param by: who enters a letter, today or later; its day stands for it, and the log says who it was.
    :raises DomainError: when the notice takes none on this day, and when the studio does not stand in it (any more).
    """
    digests = [sha256_of(file) for file in (*words.seal, *words.files)]
    code = code_of(key, application.pk, words, digests) if key else check_code()
    with transaction.atomic():
        held = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
        if sent := Objection.objects.filter(code=code).first():
            return sent
        if not notice.is_open(on):
            raise DomainError(
                _("The days of this public notice are over; objections are not taken any more.")
            )
        if held.state != State.APPROVED or held.notice_id != notice.pk:
            raise DomainError(_("This studio does not stand in the public notice any more."))
        objection = Objection.objects.create(
            notice=notice,
            application=held,
            number=f"{on.year}-Y{next_number('objection', on.year):04d}",
            code=code,
            name=words.name,
            contact=words.contact,
            organisation=words.organisation,
            text=words.text,
            received_at=start_of(on) if by else timezone.now(),
        )
        for slot, files in ((SEAL, words.seal), (FILES, words.files)):
            for file in files:
                attach(file, objection, slot, by=by)
        if by:
            objection.log.create(actor=by, verb="record", from_state="", to_state=objection.state)
        objection_notices.tell_of_arrival(objection, by=by)
    return objection


def start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def upheld(application: Application, log) -> list[Objection]:
    """The objections for which a decision that was known is taken anew, the first one first; no query without one.

    :param log: the moves of the application.
    """
    numbers = [row.note for row in log if row.verb == "uphold_objection"]
    if not numbers:
        return []
    found = application.objections.filter(number__in=numbers, state=Objection.State.UPHELD).order_by("pk")
    for one in found:
        one.application = application
    return list(found)


def code_of(key: str, application: int | str, words: Words, digests: Iterable[str]) -> str:
    """Of the same words in the same form the same code, which nobody guesses who does not know the portal's secret.

    :param digests: SHA-256 of the files; which of them were there before makes no difference.
    """
    said = [key, str(application), words.name, words.contact, words.organisation, words.text]
    said += sorted(digests)
    digest = iter(salted_hmac("reviews.objecting", "\0".join(said), algorithm="sha256").digest())
    return check_code(lambda letters: letters[next(digest) % len(letters)])
