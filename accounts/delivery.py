"""Brings notices to people: into the inbox, and by mail to those with an address.

Each package words and times its own notices and hands them to ``notify``. A notice is unique by event,
milestone and recipient, so telling somebody twice tells them once. Mail goes through the outbox: it leaves
after the commit, waits while the mail server is down, and is marked as sent right after the server took
it. A worker that dies between the two sends that one letter again; both copies carry the same Message-ID,
by which mail servers drop the second.
"""

import smtplib
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.db import transaction
from django.db.models.functions import Lower
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.models import Notice, User
from records import outbox

LONGEST_SUBJECT = 200
BATCH = 300  # notices that are written together


def notify(
    recipients: Iterable[User],
    event: str,
    *,
    subject: str,
    body: str = "",
    url: str = "",
    milestone: str = "",
) -> int:
    """Tell each active recipient once of ``event``, in the surrounding transaction.

    :param event: what happened, with the number of the row it happened to: ``application-returned:17:2``.
    :param milestone: which of several reminders of one event: ``-30`` is thirty days before its day.
    :param subject, body: what the notice says; lazy translations are kept in the site's own language.
    :param url: the local path of the page where something is to be done.
    :returns: how many people were told now who had not been told before.
    """
    with translation.override(settings.LANGUAGE_CODE):
        words = {"subject": str(subject), "body": str(body), "url": url}
    return deliver(
        Notice(recipient=person, event=event, milestone=milestone, **words) for person in recipients
    )


def deliver(notices: Iterable[Notice]) -> int:
    """Keep those of the notices that are not kept yet, with a letter to each recipient who has an address.

    Many at once cost a few queries for every :data:`BATCH` of them. They are written in one order, so that two who
    deliver the same at once wait for each other and do not lock each other out.

    :param notices: unsaved rows, of one event or of many.
    :returns: how many were new.
    """
    active = {key_of(notice): notice for notice in notices if notice.recipient.is_active}
    keys, new = sorted(active), 0
    with transaction.atomic():
        for start in range(0, len(keys), BATCH):
            new += _deliver_batch({key: active[key] for key in keys[start : start + BATCH]})
    return new


def key_of(notice: Notice) -> tuple[str, str, int]:
    return notice.event, notice.milestone, notice.recipient_id


def _deliver_batch(notices: dict[tuple[str, str, int], Notice]) -> int:
    told = _kept(notices)
    new = [notice for key, notice in notices.items() if key not in told]
    for notice in new:
        notice.subject = one_line(notice.subject)[:LONGEST_SUBJECT]
    Notice.objects.bulk_create(new, ignore_conflicts=True)
    # The key settles it when two transactions tell the same person at once.
    letters = {key: pk for key, pk in _kept(notices).items() if key not in told}
    mail = [(f"mail:{pk}", {"notice": pk}) for key, pk in letters.items() if notices[key].recipient.email]
    if mail:
        outbox.put_all("mail", mail)
    return len(new)


def _kept(notices: dict[tuple[str, str, int], Notice]) -> dict[tuple[str, str, int], int]:
    """Which of them are kept already, each with its number."""
    events, milestones, people = (set(column) for column in zip(*notices, strict=True))
    rows = Notice.objects.filter(event__in=events, milestone__in=milestones, recipient__in=people)
    kept = {tuple(key): pk for *key, pk in rows.values_list("event", "milestone", "recipient", "pk")}
    return {key: pk for key, pk in kept.items() if key in notices}


def write_to(address: str, *, subject: str, body: str, key: str | None = None) -> None:
    """Send one letter that stands in no inbox, such as an activation link; its body is forgotten once sent.

    :param key: letters with the same key are sent once.
    """
    with translation.override(settings.LANGUAGE_CODE):
        outbox.put("letter", {"to": address, "subject": str(subject), "body": str(body)}, key=key)


def write_to_all(letters: dict[str, dict[str, str]]) -> int:
    """Send one letter for each key, all or none; how many had not been sent before.

    They are written in one order, so that two who press at once wait for each other and do not lock each other out.

    :param letters: by key what ``write_to`` takes: ``{"to": …, "subject": …, "body": …}``, already worded.
    """
    keys, told = sorted(letters), 0
    with transaction.atomic():
        for start in range(0, len(keys), BATCH):
            told += outbox.Outbox.objects.filter(key__in=keys[start : start + BATCH]).count()
        outbox.put_all("letter", [(key, letters[key]) for key in keys])
    return len(keys) - told


def tell_old_addresses(people: Iterable[User]) -> None:
    """Write to the address that each of these people had until now, if it is another one than they are about to get.

    Called before they are saved: who takes over an account by its mail address is then noticed.
    """
    there = {person.pk: person for person in people}
    for pk, old in User.objects.filter(pk__in=there).exclude(email="").values_list("pk", "email"):
        if old.lower() != there[pk].email.lower():
            body = render_to_string("accounts/mail/address_changed_body.txt", {"person": there[pk]})
            write_to(old, subject=_("The mail address of your account was changed"), body=body)


def _described_notices(rows: list[outbox.Outbox]) -> dict[int, tuple[str, str]]:
    notices = Notice.objects.select_related("recipient").in_bulk({row.payload.get("notice") for row in rows})
    pairs = ((row.pk, notices.get(row.payload.get("notice"))) for row in rows)
    return {pk: (notice.recipient.name, notice.subject) for pk, notice in pairs if notice}


def _described_letters(rows: list[outbox.Outbox]) -> dict[int, tuple[str, str]]:
    """Whose address it is, as far as it is still anybody's; the address itself is not shown."""
    addresses = {row.payload.get("to", "").lower() for row in rows} - {""}
    people = User.objects.annotate(address=Lower("email")).filter(address__in=addresses).order_by("-pk")
    names = dict(people.values_list("address", "name"))
    return {
        row.pk: (names.get(row.payload.get("to", "").lower(), ""), row.payload.get("subject", ""))
        for row in rows
    }


@outbox.handles("mail", lease=timedelta(minutes=2), label=_("notice by mail"), describe=_described_notices)
def send_notice(row: outbox.Outbox) -> None:
    notice = Notice.objects.select_related("recipient").filter(pk=row.payload["notice"]).first()
    if notice is None or not notice.recipient.is_active or not notice.recipient.email:
        return
    link = settings.SITE_URL + notice.get_absolute_url() if notice.url else ""
    send(notice.recipient.email, notice.subject, notice.body, link=link, ident=f"notice-{notice.pk}")


@outbox.handles(
    "letter",
    lease=timedelta(minutes=2),
    forget=("body",),
    label=_("letter"),
    describe=_described_letters,
)
def send_letter(row: outbox.Outbox) -> None:
    send(row.payload["to"], row.payload["subject"], row.payload["body"], ident=f"letter-{row.pk}")


def send(address: str, subject: str, body: str, *, ident: str, link: str = "") -> None:
    """Hand one letter to the mail server.

    :raises outbox.Unavailable: when the server cannot be reached or says "later".
    :raises outbox.Hopeless: when it refuses the address for good.
    """
    host = settings.SITE_URL.partition("://")[2].partition(":")[0]
    try:
        validate_email(address)
    except ValidationError:
        raise outbox.Hopeless("no mail address") from None
    frame = {
        "subject": subject,
        "body": body,
        "link": link,
        "site": settings.SITE_URL,
        "union": settings.UNION,
    }
    letter = EmailMessage(
        one_line(render_to_string("mail/subject.txt", frame)),
        render_to_string("mail/body.txt", frame),
        to=[address],
        headers={"Message-ID": f"<{ident}@{host}>", "Auto-Submitted": "auto-generated"},
    )
    try:
        letter.send()
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _words in error.recipients.values()]
        if all(code >= 500 for code in codes):
            raise outbox.Hopeless(f"refused with {codes}") from error
        raise
    except (smtplib.SMTPServerDisconnected, smtplib.SMTPConnectError, smtplib.SMTPHeloError) as error:
        raise outbox.Unavailable(str(error)) from error
    except smtplib.SMTPException:
        raise
    except OSError as error:
        raise outbox.Unavailable(str(error)) from error


def one_line(text: str) -> str:
    """Without line breaks, so that no text can add a header to a letter."""
    return " ".join(text.split())
