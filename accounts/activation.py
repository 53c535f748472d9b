"""How imported people get their first password: a link by mail, or a one-time code on paper. No shared default.

Both lead to the same page, on which the person chooses a password and is signed in. A link dies with the password
it was made for and after ``LINK_LIVES``; a code is used once, lives ``CODE_LIVES``, and is replaced by a newer one.
Only people without a password get either, so that nobody's account is taken over with a fresh code: who has
forgotten theirs loses it first (``withdraw_password``), which ends their sessions and is told to them.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.core import signing
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy

from accounts.delivery import notify, write_to_all
from accounts.models import ActivationCode, User
from records import cells
from records.rates import Rate

LINK_LIVES = timedelta(days=7)
CODE_LIVES = timedelta(days=30)
SHEET_LIVES = timedelta(minutes=30)
TRIES = Rate(5, 15 * 60)
# Letters and digits that cannot be taken for one another in print or in handwriting.
LETTERS = "ACDEFHJKMNPRTUVWXY3479"
_SALT = "accounts.activation"


def entitled(people: QuerySet[User]) -> QuerySet[User]:
    """Those who may still be activated: active, and without a password."""
    return people.filter(is_active=True, password__startswith=UNUSABLE_PASSWORD_PREFIX)


# By mail


def token_for(user: User) -> str:
    """A signed name of the person that is good for one password."""
    return signing.dumps([user.pk, stamp_of(user)], salt=_SALT)


def user_of(token: str) -> User | None:
    """The person a link was made for; ``None`` when it is forged, too old, or was used."""
    try:
        pk, stamp = signing.loads(token, salt=_SALT, max_age=LINK_LIVES)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    user = entitled(User.objects.filter(pk=pk)).first()
    return user if user and constant_time_compare(stamp, stamp_of(user)) else None


def stamp_of(user: User) -> str:
    """Changes with the password and the mail address: what must still be true of a person when a link is followed, and
    between the first and the second page of activation.
    """
    return salted_hmac(_SALT, f"{user.pk}:{user.password}:{user.email}").hexdigest()[:20]


class Links(NamedTuple):
    """How many people a link goes to, how many got theirs earlier that day, and how many have no address."""

    sent: int
    earlier: int
    without: int


def send_links(people: Iterable[User]) -> Links:
    """A letter with a link to each person with an address; one a day, as long as address and password stay.

    Whoever presses twice writes once: the letters of one press are written together, each under its person's key.
    """
    people, today = list(people), timezone.localdate()
    letters = {
        f"activation:{today}:{person.pk}:{stamp_of(person)}": _letter_to(person)
        for person in people
        if person.email
    }
    sent = write_to_all(letters)
    return Links(sent, len(letters) - sent, len(people) - len(letters))


def _letter_to(person: User) -> dict[str, str]:
    link = settings.SITE_URL + reverse("accounts:activate_by_link", args=[token_for(person)])
    body = render_to_string(
        "accounts/mail/activation_body.txt",
        {"person": person, "link": link, "days": LINK_LIVES.days, "union": settings.UNION},
    )
    return {
        "to": person.email,
        "subject": f"{settings.UNION}：请启用您的劳模创新工作室平台账号",
        "body": body,
    }


# On paper


@transaction.atomic
def issue_codes(people: Iterable[User], *, by: User, seed: bytes | None = None) -> list[tuple[User, str]]:
    """A new code for each person; earlier ones die. The codes are told here and kept as hashes only.

    :param seed: what the codes follow from (``new_seed``): whoever holds it can have the same sheet again for a
        while (``sheet``). Without it they are told this once.
    """
    people, seed = list(people), seed or new_seed()
    now = timezone.now()
    ActivationCode.objects.filter(user__in=people, used_at=None, expires_at__gt=now).update(expires_at=now)
    issued = [(person, code_of(seed, person)) for person in people]
    ActivationCode.objects.bulk_create(
        ActivationCode(
            user=person,
            code_hash=_hash(person, code),
            created_by=by,
            created_at=now,
            expires_at=now + CODE_LIVES,
        )
        for person, code in issued
    )
    return issued


def sheet(seed: bytes, *, by: User) -> list[tuple[User, str]]:
    """The codes that ``by`` made from ``seed`` not long ago and that still hold, by unit and staff number."""
    now = timezone.now()
    recent = ActivationCode.objects.filter(
        created_by=by, used_at=None, expires_at__gt=now, created_at__gt=now - SHEET_LIVES
    )
    rows = recent.select_related("user__unit").order_by("user__unit__code", "user__staff_no")
    told = [(row, code_of(seed, row.user)) for row in rows]
    return [
        (row.user, code) for row, code in told if constant_time_compare(row.code_hash, _hash(row.user, code))
    ]


def new_seed() -> bytes:
    return secrets.token_bytes(32)


def code_of(seed: bytes, person: User) -> str:
    """Eight characters in two groups, ``HK47-XRTA``: about 36 bits, against ``TRIES``."""
    number = int.from_bytes(salted_hmac(_SALT, str(person.pk), secret=seed, algorithm="sha256").digest())
    letters = ""
    for _place in range(8):
        number, letter = divmod(number, len(LETTERS))
        letters += LETTERS[letter]
    return f"{letters[:4]}-{letters[4:]}"


@transaction.atomic
def withdraw_password(person: User) -> None:
    """Take a forgotten password away, so that the person may be given a code; they are told, and signed out."""
    if not person.has_usable_password():
        return
    person.set_unusable_password()
    person.save(update_fields=["password"])
    notify(
        [person],
        f"password-withdrawn:{person.pk}:{timezone.now():%Y%m%d%H%M%S%f}",
        subject=gettext_lazy("Your password was withdrawn and a one-time code was made for you"),
        body=gettext_lazy(
            "The university union did so because you had forgotten it. If you did not ask for it, please tell the"
            " university union at once."
        ),
    )


def _hash(user: User, code: str) -> str:
    """Keyed by the site's secret, so that a stolen table tells nothing."""
    plain = "".join(letter for letter in cells.tight(code).upper() if letter.isalnum())
    return salted_hmac(_SALT, f"{user.pk}:{plain}", algorithm="sha256").hexdigest()


def find_code(staff_no: str, code: str) -> ActivationCode | None:
    """The open code that a person typed in with their number, if it is theirs."""
    user = entitled(User.objects.filter(username=cells.tight(staff_no))).first()
    wanted = _hash(user or User(pk=0), code)
    if user is None:
        return None
    openly = ActivationCode.objects.filter(user=user, used_at=None, expires_at__gt=timezone.now())
    return next((known for known in openly if constant_time_compare(known.code_hash, wanted)), None)


def may_try(staff_no: str, address: str) -> bool:
    """Takes one of the tries that a number has at an address."""
    return TRIES.take(f"activation:{cells.tight(staff_no).lower()}|{address}") is not None


@transaction.atomic
def set_first_password(user: User, password: str, *, stamp: str, code: int | None) -> bool:
    """Gives the person their password, once. ``False`` when link or code have been used up meanwhile."""
    now = timezone.now()
    person = entitled(User.objects.select_for_update(of=("self",)).filter(pk=user.pk)).first()
    if person is None or not constant_time_compare(stamp, stamp_of(person)):
        return False
    if code is not None:
        openly = ActivationCode.objects.filter(pk=code, user=person, used_at=None, expires_at__gt=now)
        if not openly.update(used_at=now):
            return False
    person.set_password(password)
    person.save(update_fields=["password"])
    ActivationCode.objects.filter(user=person, used_at=None).update(expires_at=now)
    return True
