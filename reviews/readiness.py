"""What stands between an application and handing it in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from django.db.models import Max
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Role, RoleCode
from reviews.concerned import concerned_by
from reviews.models import Application, State
from studios import parts
from studios.models import State as StudioState
from studios.models import StudioLog

DECIDERS = (RoleCode.DEPARTMENT_UNION, RoleCode.UNION_STAFF, RoleCode.UNION_LEADER)


def missing(application: Application, *, on: date) -> list[str]:
    """Why an application cannot be handed in on a day, one sentence each.

    The five conditions do not stand here: whether they are met is shown to everybody and judged by those
    who decide. A returned application may come back after its day; it is shown as late, not shut out.
    """
    problems = []
    if application.state == State.DRAFT:
        problems += window(application, on=on)
        if why := banned(application.studio, application.round):
            problems.append(why)
    if application.studio.state not in (StudioState.CANDIDATE, StudioState.REVOKED):
        problems.append(_("This studio holds its title already."))
    problems += nobody_left(application, on=on)
    for part in parts.all_parts():
        problems += [
            _("%(part)s: %(problem)s") % {"part": part.title, "problem": text}
            for text in part.missing(application.studio)
        ]
    return problems


def nobody_left(application: Application, *, on: date) -> list[str]:
    """The offices whose every holder leads, co-edits or belongs to the studio: it would lie there for ever.

    The two sides of the unit are not asked after: who signs for them on paper needs no account.
    """
    studio = application.studio
    case = concerned_by(studio, on=on)
    roles = Role.objects.filter(code__in=DECIDERS, user__is_active=True).select_related("user__unit", "unit")
    left: dict[str, bool] = {}
    for role in roles:
        if role.unit is None or studio.unit.path.startswith(role.unit.path):
            aside = case.includes(role.user, studio) or application.papers_concern(role.user)
            left[role.code] = left.get(role.code, False) or not aside
    return [
        _(
            "%(office)s: everybody who holds this office belongs to the studio, so nobody could deal with the "
            "application. Another person has to be given the office first."
        )
        % {"office": RoleCode(code).label}
        for code in DECIDERS
        if not left.get(code, True)
    ]


def window(application: Application, *, on: date) -> list[str]:
    """Why the window does not let the application in on a day."""
    round_ = application.round
    if on < round_.opens_on:
        return [_("Applications open on %(day)s.") % {"day": date_format(round_.opens_on)}]
    if on > application.closes_on():
        return [
            _("Applications closed on %(day)s. The university union can allow a late entry by exception.")
            % {"day": date_format(application.closes_on())}
        ]
    return []


def banned(studio, round_) -> str:
    """Why the studio may not apply in a round yet, with the year in which it may again; empty when it may."""
    free = ban(studio, year=round_.year, policy=round_.policy)
    words = _("After a refusal or revocation this studio may apply again in %(year)s.")
    return words % {"year": free} if free else ""


def applies_again(application: Application, *, on: date, ends: dict[int, Ends] | None = None) -> str:
    """When the studio of an application that has ended may apply again, in a sentence.

    :param ends: as :func:`last_ends` read them for many.
    """
    round_ = application.round
    if free := ban(application.studio, year=round_.year, policy=round_.policy, ends=ends):
        words = _(
            "By the policy of this round %(lead)s may apply again from the selection of %(year)s on. What was filled "
            "in is kept."
        )
        return words % {"lead": application.studio.lead.name, "year": free}
    if round_.is_open(on):
        words = _("Until %(day)s the studio may apply again in this round. What was filled in is kept.")
        return words % {"day": date_format(round_.closes_on)}
    return _("This round is closed. The studio may apply again in a later one. What was filled in is kept.")


class Ends(NamedTuple):
    """The years in which the last application of a lead was refused, and the last title revoked; 0 for never."""

    refused: int = 0
    revoked: int = 0


def last_ends(leads: Iterable[int]) -> dict[int, Ends]:
    """The key of a lead → what ended last, in two queries for however many; who is not there has had no such end.

    It holds for the lead: a new studio of the same lead is no way around it.
    """
    keys = set(leads)
    refused = (
        Application.objects.filter(studio__lead__in=keys, state__in=[State.REFUSED, State.REJECTED])
        .order_by()
        .values_list("studio__lead")
        .annotate(last=Max("round__year"))
    )
    revoked = (
        StudioLog.objects.filter(studio__lead__in=keys, to_state=StudioState.REVOKED)
        .order_by()
        .values_list("studio__lead")
        .annotate(last=Max("at"))
    )
    years, days = dict(refused), dict(revoked)
    return {
        key: Ends(years.get(key, 0), timezone.localdate(days[key]).year if key in days else 0)
        for key in years.keys() | days.keys()
    }


def ban(studio, *, year: int, policy, ends: dict[int, Ends] | None = None) -> int | None:
    """The first year in which a refused or revoked studio may apply again, or None when ``year`` is free.

    Years of rounds count (policy ``ban_after_refusal`` and ``ban_after_revocation``): refused in the round
    of 2025 with a ban of one year means 2026.
    """
    own = (last_ends([studio.lead_id]) if ends is None else ends).get(studio.lead_id, Ends())
    free = year
    if own.refused:
        free = max(free, own.refused + policy.ban_after_refusal)
    if own.revoked:
        free = max(free, own.revoked + policy.ban_after_revocation)
    return free if free > year else None
