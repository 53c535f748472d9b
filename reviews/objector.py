"""Who objects, taken out of what others than the investigators read: the name, what goes by it, ways to the person.

The form asks to leave the own name out of the facts. Who gives it all the same is hidden here, wherever the text is
shown: in the office, to who decides anew, with the receipt, in the award file. Whoever investigates may not write it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

from accounts.names import bare
from reviews.called import by_reading, by_title, surname
from reviews.placeholders import CONTACT, Alone, Key, Mask, Squeezed, key

OBJECTOR, ORGANISATION = "〔异议人〕", "〔异议单位〕"
_FOUND = "\0"  # stands in no text
_SHORTEST_NUMBER, _LONGEST_AT_HOME = 7, 12


def hidden(objection, text: str) -> str:
    """A text about an objection as others may read it. A telephone number or mail address in it is taken for theirs."""
    return Mask([*_keys(objection, OBJECTOR, ORGANISATION), *_titles(objection)])(text)


def hidden_answer(objection, text: str) -> str:
    """As :func:`hidden`, of what is written for whoever objected: where it names nobody, numbers in it stay."""
    return hidden(objection, text) if names_who_objects(objection, text) else text


def names_who_objects(objection, text: str) -> bool:
    """Whether a text bears name, unit, telephone or mail of who objects, however it is spelled."""
    if _FOUND in Mask(_keys(objection, _FOUND, _FOUND))(text):
        return True
    tight = Squeezed(text).tight
    return any(way in tight for way in (Squeezed(objection.contact).tight, *_numbers(objection.contact)))


def _keys(objection, person: str, organisation: str) -> Iterator[Key | None]:
    """What stands in the public notice anyway tells nothing: of namesakes the lead is meant."""
    public = {bare(name) for name in objection.application.named_as()}
    if bare(objection.name) not in public:
        yield key(objection.name, person)
        yield from by_reading(objection.name, person)
    if bare(objection.organisation) not in public:
        yield key(objection.organisation, organisation)
    yield key(objection.contact, CONTACT)
    yield from (key(number, CONTACT, Alone.DIGITS) for number in _numbers(objection.contact))


def _titles(objection) -> Iterator[Key | None]:
    """严老师 and the like, unless the lead may be called so as well."""
    if surname(bare(objection.name)) != surname(bare(objection.application.named_as().lead)):
        yield from by_title(objection.name, OBJECTOR)


def _numbers(contact: str) -> list[str]:
    """A telephone number as its digits, with and without the codes of country and area, and no extension."""
    if "@" in contact:
        return []
    signs = takewhile(lambda sign: not sign.isalpha(), Squeezed(contact).signs)
    whole = "".join(sign for sign in signs if sign.isdigit())
    home = whole.removeprefix("86") if len(whole) > _LONGEST_AT_HOME else whole
    local = home.removeprefix("0")
    local = local[2:] if local.startswith(("10", "2")) else local[3:]
    found = dict.fromkeys([whole, home, local if home.startswith("0") else home])
    return [number for number in found if len(number) >= _SHORTEST_NUMBER]
