"""What a snapshot holds: everything that was handed in, in plain display text, as the form prints it.

The shape is a dict of JSON values::

    {"studio": {"name", "unit", "kinds": [str], "founded_on", "direction", "equipment"},
     "lead": {"name", "sex", "birth", "politics", "post", "title"},
     "honours": [{"id", "title", "level", "year", "certificate_no", "body"}],
     "members": [{"id", "name", "title", "rank", "degree", "birth_year", "role", "duty"}],
     "projects": [{"id", "name", "level", "number", "funder", "duty", "starts_on", "ends_on", "amount"}],
     "achievements": [{"id", "kind", "title", "number", "owner", "share", "level", "recognised_by",
     "recognised_on", "benefit"}],
     "venue": {"address", "area"}, "budget": [{"id", "year", "purpose", "source", "amount"}],
     "rules": [{"id", "kind", "title", "version", "dated_on"}],
     "plan": {"goals", "first_year", "second_year", "third_year", "outcomes"},
     "conditions": [{"condition", "value", "evidence", "missing"}],
     "files": [{"part", "id", "name", "sha256", "size", "of"}]}

The ``id`` of a row is its number in the database, so that the next version can be compared row by row (see
:mod:`reviews.comparing`); versions frozen before 22 November 2026 lack it. Telephone numbers and mail addresses
are not frozen: nobody decides by them.
"""

from __future__ import annotations

from datetime import date

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.utils import translation

from ledgers.evidence import findings
from records.attachments import Attachment
from studios.models import Policy, Studio, Venue

# Birth is personal: shown to those who work on the papers and those who check them, and taken out for
# all others.
PERSONAL = {"lead": ("birth",), "members": ("birth_year",)}


def freeze(studio: Studio, *, on: date, policy: Policy) -> dict:
    """The papers of a studio as they stand now, with the findings of that day by the policy of the round; labels are
    in Chinese, the language of the record.
    """
    with translation.override("zh-hans"):
        return _freeze(studio, on, policy)


def _freeze(studio: Studio, on: date, policy: Policy) -> dict:
    lead = studio.lead
    venue = Venue.objects.filter(studio=studio).first()
    return {
        "studio": {
            "name": studio.name,
            "unit": studio.unit.name,
            "kinds": [str(kind) for kind in studio.kinds],
            "founded_on": _day(studio.founded_on),
            "direction": studio.direction,
            "equipment": studio.equipment,
        },
        "lead": {
            "name": lead.name,
            "sex": lead.get_sex_display(),
            "birth": f"{lead.birth_year}.{lead.birth_month:02d}"
            if lead.birth_year and lead.birth_month
            else "",
            "politics": lead.politics,
            "post": lead.post,
            "title": lead.title,
        },
        "honours": [
            _row(h, "title", "level", "year", "certificate_no", "body") for h in studio.honours.all()
        ],
        "members": [
            _row(m, "name", "title", "rank", "degree", "birth_year", "role", "duty")
            for m in studio.members.present(on)
        ],
        "projects": [
            _row(p, "name", "level", "number", "funder", "duty", "starts_on", "ends_on", "amount")
            for p in studio.projects.all()
        ],
        "achievements": [
            _row(
                a,
                "kind",
                "title",
                "number",
                "owner",
                "share",
                "level",
                "recognised_by",
                "recognised_on",
                "benefit",
            )
            for a in studio.achievements.all()
        ],
        "venue": {
            "address": venue.address if venue else "",
            "area": f"{venue.area.normalize():f}" if venue and venue.area else "",
        },
        "budget": [_row(line, "year", "purpose", "source", "amount") for line in studio.budget_lines.all()],
        "rules": [_row(r, "kind", "title", "version", "dated_on") for r in studio.rule_documents.all()],
        "plan": {
            "goals": studio.plan_goals,
            "first_year": studio.plan_first_year,
            "second_year": studio.plan_second_year,
            "third_year": studio.plan_third_year,
            "outcomes": studio.plan_outcomes,
        },
        "conditions": [
            {
                "condition": f.condition.value,
                "value": f.value.value,
                "evidence": list(f.evidence),
                "missing": list(f.missing),
            }
            for f in findings(studio, on=on, policy=policy)
        ],
        "files": _files(studio, venue),
    }


def _day(day) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


def _row(row, *fields: str) -> dict:
    """The display texts of a row's fields, and its number."""
    texts = {"id": row.pk}
    for name in fields:
        display = getattr(row, f"get_{name}_display", None)
        value = display() if display else getattr(row, name)
        if hasattr(value, "strftime"):
            value = _day(value)
        elif name == "amount" and value is not None:
            value = f"{value:,.2f}"
        texts[name] = "" if value is None else str(value)
    return texts


def _files(studio: Studio, venue: Venue | None) -> list[dict]:
    """The files of all rows; one query for each kind of row, however many there are."""
    kinds = [("lead", studio.honours.all()), ("projects", studio.projects.all())]
    kinds += [("results", studio.achievements.all()), ("place", [venue] if venue else [])]
    kinds += [("rules", studio.rule_documents.all())]
    return [
        {
            "part": part,
            "id": str(file.pk),
            "name": file.name,
            "sha256": file.sha256,
            "size": file.size,
            "of": str(owner),
        }
        for part, owners in kinds
        for owner, file in _owned(list(owners))
    ]


def _owned(owners: list[Model]) -> list[tuple[Model, Attachment]]:
    """Each file of rows of one kind with its row, in the order of the rows and then as they came."""
    if not owners:
        return []
    by_key = {owner.pk: [] for owner in owners}
    kind = ContentType.objects.get_for_model(owners[0])
    files = Attachment.objects.current().filter(content_type=kind, object_id__in=by_key)
    for file in files.order_by("created_at", "pk"):
        by_key[file.object_id].append(file)
    return [(owner, file) for owner in owners for file in by_key[owner.pk]]


def without_personal(data: dict) -> dict:
    """A copy of a snapshot's data without what :data:`PERSONAL` names."""
    shown = dict(data)
    shown["lead"] = {key: "" if key in PERSONAL["lead"] else value for key, value in data["lead"].items()}
    shown["members"] = [
        {key: "" if key in PERSONAL["members"] else value for key, value in member.items()}
        for member in data["members"]
    ]
    return shown
