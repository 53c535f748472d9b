"""What a snapshot holds: everything that was handed in, in plain display text, as the form prints it.

The shape is a dict of JSON values::

    {"studio": {"name", "unit", "kinds": [str], "founded_on", "direction", "equipment"},
     "lead": {"name", "sex", "birth", "politics", "post", "title"},
     "honours": [{"id", "title", "level", "year", "certificate_no", "body"}],
     "members": [{"id", "name", "title", "rank", "degree", "birth_year", "role", "duty"}],
     "projects": [{"id", "name", "level", "number", "funder", "duty", "starts_on", "ends_on", "amount"}],
     "achievements": [{"id", "kind", "title", "number", "owner", "share", "level", "recognised_by",
     "recognised_on", "benefit_amount", "benefit"}],
     "venue": {"address", "area"}, "budget": [{"id", "year", "purpose", "source", "amount"}],
     "rules": [{"id", "kind", "title", "version", "dated_on"}],
     "plan": {"goals", "first_year", "second_year", "third_year", "outcomes"},
     "conditions": [{"condition", "value", "evidence", "missing"}],
     "files": [{"part", "id", "name", "sha256", "size", "of"}]}

The ``id`` of a row is its number in the database, so that the next version can be compared row by row (see
:mod:`reviews.comparing`); versions frozen before 22 November 2026 lack it, and ``benefit_amount``. Telephone
numbers and mail addresses are not frozen: nobody decides by them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Model
from django.utils import translation

from accounts.models import User
from ledgers.evidence import findings
from records.attachments import Attachment
from records.templatetags.present import day_of_record
from studios.conditions import Finding
from studios.models import Policy, Studio, Venue
from studios.parts import PLAN

# Birth is personal: shown to those who work on the papers and those who check them, and taken out for
# all others.
PERSONAL = {"lead": ("birth",), "members": ("birth_year",)}
AMOUNTS = frozenset({"amount", "benefit_amount"})
# What earlier versions lack: nobody knows whether it was changed since.
FROZEN_SINCE = {"achievements": frozenset({"benefit_amount"})}

# The lists of rows, each with the fields of a row that are frozen.
ROWS = {
    "honours": ("title", "level", "year", "certificate_no", "body"),
    "members": ("name", "title", "rank", "degree", "birth_year", "role", "duty"),
    "projects": ("name", "level", "number", "funder", "duty", "starts_on", "ends_on", "amount"),
    "achievements": (
        *("kind", "title", "number", "owner", "share", "level"),
        *("recognised_by", "recognised_on", "benefit_amount", "benefit"),
    ),
    "budget": ("year", "purpose", "source", "amount"),
    "rules": ("kind", "title", "version", "dated_on"),
}


def freeze(studio: Studio, *, on: date, policy: Policy) -> dict:
    """The papers of a studio as they stand now, with the findings of that day by the policy of the round; labels are
    in Chinese, the language of the record.
    """
    with translation.override("zh-hans"):
        return _freeze(studio, on, policy)


def _freeze(studio: Studio, on: date, policy: Policy) -> dict:
    venue = Venue.objects.filter(studio=studio).first()
    return {
        "studio": _of_studio(studio),
        "lead": _of_lead(studio.lead),
        "honours": _rows("honours", studio.honours.all()),
        "members": _rows("members", studio.members.present(on)),
        "projects": _rows("projects", studio.projects.all()),
        "achievements": _rows("achievements", studio.achievements.all()),
        "venue": _of_venue(venue),
        "budget": _rows("budget", studio.budget_lines.all()),
        "rules": _rows("rules", studio.rule_documents.all()),
        "plan": {name.removeprefix("plan_"): getattr(studio, name) for name in PLAN},
        "conditions": [_of_finding(finding) for finding in findings(studio, on=on, policy=policy)],
        "files": _files(studio, venue),
    }


def _of_studio(studio: Studio) -> dict:
    return {
        "name": studio.name,
        "unit": studio.unit.name,
        "kinds": [str(kind) for kind in studio.kinds],
        "founded_on": day_of_record(studio.founded_on),
        "direction": studio.direction,
        "equipment": studio.equipment,
    }


def _of_lead(lead: User) -> dict:
    known = lead.birth_year and lead.birth_month
    return {
        "name": lead.name,
        "sex": lead.get_sex_display(),
        "birth": f"{lead.birth_year}.{lead.birth_month:02d}" if known else "",
        "politics": lead.politics,
        "post": lead.post,
        "title": lead.title,
    }


def _of_venue(venue: Venue | None) -> dict:
    return {
        "address": venue.address if venue else "",
        "area": f"{venue.area.normalize():f}" if venue and venue.area else "",
    }


def _of_finding(finding: Finding) -> dict:
    return {
        "condition": finding.condition.value,
        "value": finding.value.value,
        "evidence": list(finding.evidence),
        "missing": list(finding.missing),
    }


def _rows(key: str, rows: Iterable[Model]) -> list[dict]:
    return [_row(row, *ROWS[key]) for row in rows]


def _row(row: Model, *fields: str) -> dict:
    """The display texts of a row's fields, and its number."""
    texts = {"id": row.pk}
    for name in fields:
        display = getattr(row, f"get_{name}_display", None)
        value = display() if display else getattr(row, name)
        if hasattr(value, "strftime"):
            value = day_of_record(value)
        elif name in AMOUNTS and value is not None:
            value = f"{value:,.2f}"
        texts[name] = "" if value is None else str(value)
    return texts


def _files(studio: Studio, venue: Venue | None) -> list[dict]:
    """The files of all rows; one query for each kind of row, however many there are."""
    kinds = {
        "lead": list(studio.honours.all()),
        "projects": list(studio.projects.all()),
        "results": list(studio.achievements.all()),
        "place": [venue] if venue else [],
        "rules": list(studio.rule_documents.all()),
    }
    found = []
    for part, rows in kinds.items():
        files = Attachment.objects.current().by_target(rows)
        found += [_of_file(part, file, row) for row in rows for file in files[row.pk]]
    return found


def _of_file(part: str, file: Attachment, row: Model) -> dict:
    return {
        "part": part,
        "id": str(file.pk),
        "name": file.name,
        "sha256": file.sha256,
        "size": file.size,
        "of": str(row),
    }


def without_personal(data: dict) -> dict:
    """A copy of a snapshot's data without what :data:`PERSONAL` names."""
    shown = dict(data)
    shown["lead"] = {key: "" if key in PERSONAL["lead"] else value for key, value in data["lead"].items()}
    shown["members"] = [
        {key: "" if key in PERSONAL["members"] else value for key, value in member.items()}
        for member in data["members"]
    ]
    return shown
