"""Relations that a studio's side or the office declares: who bears the name reviews the studio in no round (Art. 7).

The studio never learns who is on the panel, so it types a name, and reads its own declarations only. An expert declares
by recusing (:meth:`Assignment.recuse`), which the studio does not read.
"""

from __future__ import annotations

from django.contrib.admin.models import ADDITION, DELETION, LogEntry
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.delivery import notify
from accounts.models import RoleCode, User
from accounts.names import bare
from accounts.permissions import check
from records.moves import DomainError
from reviews.models import Application, DeclaredBy, Relation, State

PERMISSION = "reviews.declare_relation"
MOST = 8  # names of one studio: it keeps some away, it does not choose its judges
# While it can still matter who reviews.
OPEN = frozenset({State.DRAFT, State.SUBMITTED, State.RETURNED, State.RECOMMENDED, State.ACCEPTED})


def of_the_studio(application: Application):
    """What the studio's side has declared; neither what experts have said of themselves, nor the office."""
    rows = Relation.objects.filter(studio=application.studio_id, side=DeclaredBy.STUDIO)
    return rows.order_by("declared_at", "pk")


def declare(application: Application, *, by: User, name: str, unit: str, reason: str) -> Relation:
    """The studio names somebody who should not review it; staff who may act on it are told.

    :param unit: where the person works, as far as it is known.
    :raises DomainError: when it is too late, one of the team is named, or there are too many.
    :raises PermissionDenied: to who does not work on the application.
    """
    check(by, PERMISSION, application)
    if application.state not in OPEN:
        raise DomainError(_("The expert review is over; nothing can be declared any more."))
    known = {bare(one.name) for one in of_the_studio(application)}
    if bare(name) in known:
        raise DomainError(_("%(name)s stands in the list already.") % {"name": name})
    if len(known) >= MOST:
        raise DomainError(_("At most %(most)s people can be named.") % {"most": MOST})
    said = f"{reason}（{unit}）" if unit else reason
    try:
        with transaction.atomic():
            row = Relation.objects.create(
                studio=application.studio, name=name.strip(), reason=said[:200], declared_by=by
            )
            log(row, ADDITION, by=by)
            tell_of_relation(application, row)
    except IntegrityError:  # sent twice at once
        raise DomainError(_("%(name)s stands in the list already.") % {"name": name}) from None
    return row


def take_back(application: Application, pk: int, *, by: User) -> None:
    """Remove what the studio's side declared.

    :raises DomainError: when it is too late, or it is not there any more.
    :raises PermissionDenied: to who does not work on the application.
    """
    check(by, PERMISSION, application)
    if application.state not in OPEN:
        raise DomainError(_("The expert review is over; nothing can be declared any more."))
    with transaction.atomic():
        row = of_the_studio(application).select_for_update(of=("self",)).filter(pk=pk).first()
        if row is None:
            raise DomainError(_("This is not in the list any more."))
        log(row, DELETION, by=by)
        row.delete()


def log(row: Relation, flag: int, *, by: User) -> None:
    """What was declared or taken back stands in the log of the office, also after it is gone."""
    LogEntry.objects.log_actions(by.pk, [row], flag, [{"added": {}}] if flag == ADDITION else [])


def tell_of_relation(application: Application, row: Relation) -> None:
    """Staff who may act on it."""
    if application.state != State.ACCEPTED:
        return  # before experts are assigned the conflict is known in time by itself
    staff = User.objects.with_role(RoleCode.UNION_STAFF)
    notify(
        [one for one in staff if one.has_perm("reviews.assign_experts", application)],
        f"relation:{row.pk}",
        subject=f"{application.studio.name}申请专家回避",
        body=f"申请回避的人：{row.name}。理由：{row.reason}\n如已分配给该专家，请更换。",
        url=reverse("admin:reviews_round_application", args=[application.round_id, application.pk]),
    )
