"""What a snapshot holds: everything that was handed in, in plain display text, as the form prints it.

The shape is a dict of JSON values::

    {"studio": {"name", "unit", "kinds": [str], "founded_on", "direction", "equipment"},
     "lead": {"name", "sex", "birth", "politics", "post", "title"},
     "honours": [{"title", "level", "year", "certificate_no", "body"}],
     "members": [{"name", "title", "rank", "degree", "birth_year", "role", "duty"}],
     "projects": [{"name", "level", "number", "funder", "duty", "starts_on", "ends_on", "amount"}],
     "achievements": [{"kind", "title", "number", "owner", "share", "level", "recognised_by",
     "recognised_on", "benefit"}],
     "venue": {"address", "area"}, "budget": [{"year", "purpose", "source", "amount"}],
     "rules": [{"kind", "title", "version", "dated_on"}],
     "plan": {"goals", "first_year", "second_year", "third_year", "outcomes"},
     "conditions": [{"condition", "value", "evidence", "missing"}],
     "files": [{"part", "id", "name", "sha256", "size", "of"}]}

Telephone numbers and mail addresses are not frozen: nobody decides by them.
"""

from __future__ import annotations

from datetime import date

from django.contrib.contenttypes.models import ContentType
from django.utils import translation

from ledgers.evidence import findings
from records.attachments import Attachment
from studios.models import Studio, Venue

# Birth is personal: shown to those who work on the papers and those who check them, and taken out for
# all others.
PERSONAL = {"lead": ("birth",), "members": ("birth_year",)}


def freeze(studio: Studio, *, on: date) -> dict:
    """The papers of a studio as they stand now, with the findings of that day; labels are in Chinese, the
    language of the record.
    """
    with translation.override("zh-hans"):
        return _freeze(studio, on)


def _freeze(studio: Studio, on: date) -> dict:
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
            for m in studio.members.filter(left_on=None)
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
            for f in findings(studio, on=on)
        ],
        "files": _files(studio, venue),
    }


def _day(day) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


def _row(row, *fields: str) -> dict:
    """The display texts of a row's fields."""
    texts = {}
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
    owners = [("lead", row) for row in studio.honours.all()]
    owners += [("projects", row) for row in studio.projects.all()]
    owners += [("results", row) for row in studio.achievements.all()]
    owners += [("place", venue)] if venue else []
    owners += [("rules", row) for row in studio.rule_documents.all()]
    files = []
    for part, owner in owners:
        kept = Attachment.objects.filter(
            content_type=ContentType.objects.get_for_model(owner), object_id=owner.pk, removed_at=None
        ).order_by("created_at")
        files += [
            {
                "part": part,
                "id": str(f.pk),
                "name": f.name,
                "sha256": f.sha256,
                "size": f.size,
                "of": str(owner),
            }
            for f in kept
        ]
    return files


def without_personal(data: dict) -> dict:
    """A copy of a snapshot's data without what :data:`PERSONAL` names."""
    shown = dict(data)
    shown["lead"] = {key: "" if key in PERSONAL["lead"] else value for key, value in data["lead"].items()}
    shown["members"] = [
        {key: "" if key in PERSONAL["members"] else value for key, value in member.items()}
        for member in data["members"]
    ]
    return shown


def changes(before: dict, after: dict) -> list[dict]:
    """What a resubmission changed: part, field path, old and new text, for every text that differs.

    Rows of lists are compared by position; a row that came or went shows an empty side.
    """
    found = []
    for section in after:
        if section in ("files", "conditions"):
            continue
        found += _differences(section, "", before.get(section), after[section])
    old = {(f["part"], f["name"], f["sha256"]) for f in before.get("files", [])}
    new = {(f["part"], f["name"], f["sha256"]) for f in after.get("files", [])}
    found += [
        {"section": part, "field": "file", "before": name, "after": ""}
        for part, name, _sha in sorted(old - new)
    ]
    found += [
        {"section": part, "field": "file", "before": "", "after": name}
        for part, name, _sha in sorted(new - old)
    ]
    return found


def _differences(section: str, field: str, before, after) -> list[dict]:
    if isinstance(after, dict) or isinstance(before, dict):
        before, after = before or {}, after or {}
        return [
            difference
            for key in {**before, **after}
            for difference in _differences(section, key, before.get(key, ""), after.get(key, ""))
        ]
    if isinstance(after, list) and all(isinstance(item, dict) for item in [*after, *(before or [])]):
        before = before or []
        return [
            {**difference, "row": index + 1}
            for index in range(max(len(before), len(after)))
            for difference in _differences(
                section,
                field,
                before[index] if index < len(before) else {},
                after[index] if index < len(after) else {},
            )
        ]
    if isinstance(after, list):
        before, after = "、".join(before or []), "、".join(after)
    return [] if before == after else [{"section": section, "field": field, "before": before, "after": after}]
