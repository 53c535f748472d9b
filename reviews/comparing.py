"""What one version of the papers changed against the one before it.

A row is compared with itself: one taken from the middle is one row that went, and those after it are as they were.
"""

from __future__ import annotations

from collections.abc import Callable, Set

from reviews.freezing import FROZEN_SINCE

UNCOMPARED = frozenset({"files", "conditions"})
NAMES = ("name", "title", "purpose")  # what a row is called, whichever of them it has


def changes(before: dict, after: dict) -> list[dict]:
    """What differs between the data of two snapshots, section by section, files last::

        {"section", "field", "before", "after"}         a text; a file has the field “file” and its part as section
        {"section", "field", "before", "after", "row"}  a text in a row, and the row as it was
        {"section", "came": row}                        a row that is new
        {"section", "went": row}                        a row that is gone

    :param before: the data of the earlier snapshot, of the shape that :mod:`reviews.freezing` documents.
    """
    found = []
    for section in [key for key in after if key not in UNCOMPARED]:
        old, new = before.get(section), after[section]
        compare, later = _rows if isinstance(new, list) else _texts, FROZEN_SINCE.get(section, frozenset())
        found += [{"section": section, **one} for one in compare(old or type(new)(), new, later)]
    return found + _files(before.get("files", []), after.get("files", []))


def _texts(before: dict, after: dict, later: Set[str]) -> list[dict]:
    """:param later: what is passed over where the earlier version lacks it."""
    unknown = later - before.keys()
    fields = [name for name in {**before, **after} if name != "id" and name not in unknown]
    texts = [(name, _text(before.get(name)), _text(after.get(name))) for name in fields]
    return [{"field": name, "before": old, "after": new} for name, old, new in texts if old != new]


def _text(value) -> str:
    return "、".join(value) if isinstance(value, list) else value or ""


def _rows(before: list[dict], after: list[dict], later: Set[str]) -> list[dict]:
    was = _as_they_were(before, after)
    kept = [id(row) for row in was if row is not None]
    found = [{"went": row} for row in before if id(row) not in kept]
    for old, new in zip(was, after, strict=True):
        if old is None:
            found.append({"came": new})
        else:
            found += [{**one, "row": old} for one in _texts(old, new, later)]
    return found


def _as_they_were(before: list[dict], after: list[dict]) -> list[dict | None]:
    """For each row of ``after`` the same row of ``before``, or None when it is new.

    It is the same by its number. A row that was taken out and entered again word for word is no change to a
    reader either. Versions frozen before rows had numbers know them by their words, and then by their name.
    """
    signs: list[Callable] = [lambda row: row.get("id"), _words]
    if not all("id" in row for row in [*before, *after]):
        signs.append(lambda row: next((row[name] for name in NAMES if row.get(name)), None))
    left, was = list(before), [None] * len(after)
    for sign in signs:
        for place, row in enumerate(after):
            if was[place] is None and (known := sign(row)) is not None:
                was[place] = next((one for one in left if sign(one) == known), None)
                left = [one for one in left if one is not was[place]]
    return was


def _words(row: dict) -> dict:
    return {name: text for name, text in row.items() if name != "id" and text}


def _files(before: list[dict], after: list[dict]) -> list[dict]:
    """Files that came or went; the same name with another content is both."""
    old, new = ({(f["part"], f["name"], f["sha256"]) for f in files} for files in (before, after))
    went = [(part, name, "") for part, name, _sha in sorted(old - new)]
    came = [(part, "", name) for part, name, _sha in sorted(new - old)]
    return [
        {"section": part, "field": "file", "before": gone, "after": here} for part, gone, here in went + came
    ]
