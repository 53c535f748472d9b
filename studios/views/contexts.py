"""What the page of a part shows, to whoever fills it in and to whoever reads it."""

from studios import editing, parts, rowkinds
from studios.charts import team_structure
from studios.keeping import files_of
from studios.screens import SCREENS, lead_facts


def filling(request, studio, part, form, *, draft=None) -> dict:
    """The form column and what stands beside it, to somebody who has the part open from now on."""
    editing.touch(studio, part.key, request.user)
    around = editing.look_around(studio, part.key, request.user)
    return {
        **reading(request, studio, part),
        "others": around.others,
        "lead_in": SCREENS[part.key].lead_in,
        "form": form,
        "draft": draft,
        "next": next_part(part),
        "saved_at": around.saved_at,
    }


def reading(request, studio, part) -> dict:
    """A part to read."""
    personal = request.user.has_perm("studios.view_personal", studio)
    kinds = [
        (kind, lines := rowkinds.lines(kind, studio, personal=personal), rowkinds.totals(lines))
        for kind in rowkinds.of_part(part.key)
    ]
    return {
        **beside(studio, part),
        "kinds": kinds,
        "facts": SCREENS[part.key].facts(studio),
        "lead_facts": lead_facts(studio, personal=personal) if part.key == "lead" else [],
        "photos": files_of(getattr(studio, "venue", None)) if part.key == "place" else [],
        "charts": team_structure([line.row for _kind, lines, _totals in kinds for line in lines])
        if part.key == "team"
        else [],
    }


def beside(studio, part) -> dict:
    """What stands beside a part: why it came back, its condition, what is missing."""
    verdicts = list(studio.verdicts.all())
    return {
        "studio": studio,
        "part": part,
        "others": [],
        "notes": parts.notes(studio, part.key),
        "own": [verdict for verdict in verdicts if verdict.condition == part.condition],
        "rest": [verdict for verdict in verdicts if verdict.condition != part.condition],
        "missing": part.missing(studio),
    }


def next_part(part):
    """The part that follows, or None after the last."""
    following = [one for one in parts.all_parts() if one.position > part.position]
    return following[0] if following else None
