"""Who cannot review what, by the data (Art. 7): known before the expert may open a file, and refused, not warned of.

A person is in conflict with an application whose studio is of their own branch of the university; which they lead,
co-edit or belong to, now or in any version that was handed in; one of whose results they own a share of; which they
signed for the unit; or with which either side has declared a relation. Mentors and apprentices are members of the team
in the records there are, and so in conflict as such. Who reads all marks by their office is in conflict with every
application: their own would not be blind, and staff and leaders judge in stages of their own.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from accounts.names import bare
from reviews.called import TITLES
from reviews.models.application import Application
from reviews.models.panel import Relation


@dataclass(frozen=True)
class Facts:
    """What is known of one application. :ivar owners: the texts that name the owners of its results."""

    application: Application
    signed: frozenset[int]
    owners: tuple[str, ...]
    declared: dict[int, str]
    declared_names: dict[str, str]


def reasons(expert, facts: Facts) -> list[str]:
    """Why this expert cannot review this application, one phrase each; empty when nothing is known."""
    application, studio = facts.application, facts.application.studio
    found = []
    if expert.reads_all:
        found.append(_("Holds an office that reads what experts give"))
    if studio.unit.is_related_to(expert.unit):
        found.append(_("Of the same unit"))
    if application.is_own_case_of(expert):
        found.append(_("Leads, co-edits or belongs to the studio"))
    name = bare(expert.name)
    if any(owns(name, owner) for owner in facts.owners):
        found.append(_("Owns a share of a result"))
    if expert.pk in facts.signed:
        found.append(_("Signed for the unit"))
    if expert.pk in facts.declared:
        found.append(_("Relation declared: %(reason)s") % {"reason": facts.declared[expert.pk]})
    else:
        said = [reason for typed, reason in facts.declared_names.items() if is_called(name, typed)]
        found += [_("Relation declared: %(reason)s") % {"reason": reason} for reason in said[:1]]
    return found


def owns(name: str, owners: str) -> bool:
    """Whether a text of owners names this person; both bare. 张三 is neither 张三丰 nor missed in 张三等."""
    longer = r"(?![^\W等](?:\W|$))" if len(name) == 2 else ""
    return re.search(re.escape(name) + longer, owners) is not None


def is_called(name: str, typed: str) -> bool:
    """Whether what was typed means somebody of this name, a title behind it or not (李四教授); both bare."""
    return typed in {name, *(name + title for title in TITLES)}


# What is asked of an application to know its conflicts.
ASKED = ("endorsements", "snapshots", "studio__editors", "studio__members", "studio__achievements")


def gather(applications: Iterable[Application]) -> list[Facts]:
    """The facts of many applications, in as many queries as of one."""
    rows = Application.objects.filter(pk__in=[one.pk for one in applications])
    return _facts(list(rows.select_related("studio__lead", "studio__unit").prefetch_related(*ASKED)))


def known(application: Application, expert) -> list[str]:
    """What is known between one application and one expert; what is at hand of the two is not asked again."""
    prefetch_related_objects([application], *ASKED)
    [facts] = _facts([application])
    return reasons(expert, facts)


def of_one(application: Application, experts: Iterable) -> dict[int, list[str]]:
    """Expert → what is known between them and one application, for those of whom anything is."""
    experts = list(experts)
    prefetch_related_objects(experts, "roles")
    prefetch_related_objects([application], *ASKED)
    [facts] = _facts([application])
    return {expert.pk: why for expert in experts if (why := reasons(expert, facts))}


def _facts(rows: list[Application]) -> list[Facts]:
    declared, names = defaultdict(dict), defaultdict(dict)
    for relation in Relation.objects.filter(studio__in=[row.studio_id for row in rows]):
        if relation.person_id:
            declared[relation.studio_id][relation.person_id] = relation.reason
        else:
            names[relation.studio_id][bare(relation.name)] = relation.reason
    return [
        Facts(
            application=row,
            signed=frozenset(one.by_id for one in row.endorsements.all() if one.by_id),
            owners=tuple(sorted(_owners(row))),
            declared=declared[row.studio_id],
            declared_names=names[row.studio_id],
        )
        for row in rows
    ]


def _owners(application: Application) -> set[str]:
    """Owners of results now and in every version that was handed in, as names are compared."""
    frozen = {
        result.get("owner", "")
        for snapshot in application.snapshots.all()
        for result in snapshot.data.get("achievements", [])
    }
    now = {result.owner for result in application.studio.achievements.all()}
    return {bare(owner) for owner in frozen | now if owner}


def between(applications: Iterable[Application], experts: Iterable) -> dict[tuple[int, int], list[str]]:
    """All conflicts of a panel: (application, expert) → the reasons, for the pairs that have any."""
    experts = list(experts)
    prefetch_related_objects(experts, "roles")
    return {
        (facts.application.pk, expert.pk): why
        for facts in gather(applications)
        for expert in experts
        if (why := reasons(expert, facts))
    }
