"""What the page of a part shows, to whoever fills it in and to whoever reads it."""

from studios import editing, parts, rowkinds
from studios.charts import team_structure
from studios.keeping import files_of
from studios.screens import SCREENS, lead_facts

MOST_NAMED = 8


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
        **beside(
            studio, part, [name for kind, rows, _t in kinds for name in rowkinds.without_files(kind, rows)]
        ),
        "kinds": kinds,
        "facts": SCREENS[part.key].facts(studio),
        "lead_facts": lead_facts(studio, personal=personal) if part.key == "lead" else [],
        "photos": files_of(getattr(studio, "venue", None)) if part.key == "place" else [],
        "charts": team_structure([line.row for _kind, lines, _totals in kinds for line in lines])
        if part.key == "team"
        else [],
    }


def beside(studio, part, bare: list[str] | None = None) -> dict:
    """What stands beside a part: why it came back, its condition, what is missing.

    :param bare: the rows without a file, where the page knows them already.
    """
    verdicts = list(studio.verdicts.all())
    bare = bare_rows(studio, part) if bare is None else bare
    return {
        "studio": studio,
        "part": part,
        "others": [],
        "notes": parts.notes(studio, part.key),
        "own": [verdict for verdict in verdicts if verdict.condition == part.condition],
        "rest": [verdict for verdict in verdicts if verdict.condition != part.condition],
        "missing": part.missing(studio),
        "bare": bare[:MOST_NAMED],
        "more_bare": max(0, len(bare) - MOST_NAMED),
    }


def bare_rows(studio, part) -> list[str]:
    """The rows of a part that have no file and could have one."""
    return [
        name
        for kind in rowkinds.of_part(part.key)
        if kind.slot
        for name in rowkinds.without_files(kind, rowkinds.lines(kind, studio, personal=False))
    ]


def next_part(part):
    """The part that follows, or None after the last."""
    following = [one for one in parts.all_parts() if one.position > part.position]
    return following[0] if following else None
