"""Who cannot review what, by the data (Art. 7): known before the expert may open a file, and refused, not warned of.

A person is in conflict with an application whose studio is of their own branch of the university; which they lead,
co-edit or belong to, now or in any version that was handed in; one of whose results they own a share of; which they
signed for the unit; or with which either side has declared a relation. Mentors and apprentices are members of the team
in the records there are, and so in conflict as such. Who reads all marks by their office is in conflict with every
application: their own would not be blind, and staff and leaders judge in stages of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Aggregate, F, JSONField, OuterRef, QuerySet, Subquery, prefetch_related_objects
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _

from accounts.names import bare
from ledgers.models import Achievement
from reviews.called import TITLES
from reviews.models.application import Application
from reviews.models.endorsement import Endorsement
from reviews.models.panel import Relation
from reviews.models.snapshot import Snapshot


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
    office = [_("Holds an office that reads what experts give")] if expert.reads_all else []
    return office + ties(expert, facts)


def ties(expert, facts: Facts) -> list[str]:
    """What binds the expert and the studio, one phrase each: it makes void what they gave for it, too. An office that
    they came into after handing in does not.
    """
    application, studio = facts.application, facts.application.studio
    found = []
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


# What is asked of an application to know its conflicts, beside what :func:`with_facts` asks of it.
ASKED = ("studio__editors", "studio__members")
TOLD = ("told_signed", "told_owners", "told_versions", "told_relations")


class Listed(Aggregate):
    """All values of a group, as one list."""

    function = "JSONB_AGG"
    output_field = JSONField()

    def as_sqlite(self, compiler, connection, **extra):
        return self.as_sql(compiler, connection, function="JSON_GROUP_ARRAY", **extra)


def with_facts(applications: QuerySet) -> QuerySet:
    """Each with who signed it for the unit, who owns results of its studio, now and in any version, and the relations
    that are declared with it: in the query that reads it.
    """

    def told(rows: QuerySet, of: str, what, outer: str = "studio") -> Subquery:
        found = rows.filter(**{of: OuterRef(outer)}).order_by().values(of)
        return Subquery(found.annotate(told=Listed(what)).values("told"))

    relation = JSONObject(row="pk", person="person", name="name", reason="reason")
    return applications.annotate(
        told_signed=told(Endorsement.objects.filter(by__isnull=False), "application", "by", "pk"),
        told_owners=told(Achievement.objects.all(), "studio", "owner"),
        told_versions=told(Snapshot.objects.all(), "application", F("data__achievements"), "pk"),
        told_relations=told(Relation.objects.all(), "studio", relation),
    )


def gather(applications: Iterable[Application]) -> list[Facts]:
    """The facts of many applications, in as many queries as of one."""
    rows = with_facts(Application.objects.filter(pk__in=[one.pk for one in applications]))
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


def in_force(applications: Iterable[Application]) -> dict[int, list[tuple]]:
    """Application → each assignment that counts and what is known by now between its expert and the studio, where
    anything is.

    :param applications: rows with studio, editors, members, and the assignments with each expert's unit, at hand.
    """
    found = {}
    for facts in _facts([row for row in applications if any(one.counts for one in row.assignments.all())]):
        counting = [one for one in facts.application.assignments.all() if one.counts]
        if tied := [(one, why) for one in counting if (why := ties(one.expert, facts))]:
            found[facts.application.pk] = tied
    return found


def _facts(rows: list[Application]) -> list[Facts]:
    """Of applications whose studio, editors and members are at hand; the rest is asked where :func:`with_facts` did
    not read it with them.
    """
    bare_rows = [row.pk for row in rows if TOLD[0] not in vars(row)]
    read = with_facts(Application.objects.filter(pk__in=bare_rows)).values("pk", *TOLD) if bare_rows else ()
    told = {one["pk"]: one for one in read}
    return [_facts_of(row, told.get(row.pk) or vars(row)) for row in rows]


def _facts_of(row: Application, told: Mapping) -> Facts:
    frozen = [result for version in told["told_versions"] or () for result in version or ()]
    owners = {*(told["told_owners"] or ()), *(result.get("owner", "") for result in frozen)}
    # What was declared first is said.
    relations = sorted(told["told_relations"] or (), key=lambda one: one["row"], reverse=True)
    return Facts(
        application=row,
        signed=frozenset(told["told_signed"] or ()),
        owners=tuple(sorted({bare(owner) for owner in owners if owner})),
        declared={one["person"]: one["reason"] for one in relations if one["person"]},
        declared_names={bare(one["name"]): one["reason"] for one in relations if not one["person"]},
    )


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
