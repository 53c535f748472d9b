"""What would tell whose papers these are: the names of the studio, its people and its unit, and what goes by them.

``of(snapshot)`` asks the database, :func:`keys` makes of the answer what :class:`reviews.placeholders.Mask`
looks for. A Chinese name is looked for as it is written, as it is read (Gong Yan, Yan Gong), and with what people
are called by (龚老师, 小龚); of those who signed for the unit only as it is written and read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.db.models import Q

from accounts import tree
from accounts.models import Unit, User
from accounts.names import bare
from reviews.called import PERSON, STUDIOS, by_reading, by_title
from reviews.placeholders import (
    ADDRESS,
    CONTACT,
    LEAD,
    NUMBER,
    PLACEHOLDER,
    SIGNATORY,
    STUDIO,
    UNIT,
    Alone,
    Key,
    Mask,
    counted,
    key,
)

# What makes the short name of a unit out of a common word: 材料学院 is a unit, 材料 is not.
INSTITUTIONS = ("学院", "院", "系", "部", "处", "所", "馆", "中心", "医院", "实验室")
INSTITUTIONS += ("工会", "党委", "党总支", "分党委")
# Signs with which the last one of an institution makes a word: 材料系统, 材料处理, 材料所需.
CONTINUED = {"系": "统列数", "部": "分件位署", "处": "理置于在", "所": "需用在有以致示得", "院": "士校"}
NUMBERS = (("honours", "certificate_no"), ("projects", "number"), ("achievements", "number"))
SHORT = 2  # signs of a short name that may be a common word
_APART = re.compile(r"[、,，;；/／|()（）\[\]【】\n]+")
_JOINED = re.compile(r"[和与及]")
_SHARE = " \t\u3000.%％:：0123456789０１２３４５６７８９"
# What stands for owners and is nobody's name.
ANYBODY = frozenset(
    {
        "学校",
        "本校",
        "我校",
        "大学",
        "学院",
        "我院",
        "本院",
        "公司",
        "企业",
        "单位",
        "本单位",
        "所在单位",
        "工作室",
    }
    | {
        "本工作室",
        "团队",
        "个人",
        "集体",
        "职务发明",
        "共有",
        "独有",
        "全部",
        "第一",
        "第二",
        "第三",
        "其他",
        "无",
    }
)


@dataclass(frozen=True)
class Person:
    """Somebody with an account. :ivar numbers: staff number, user name; :ivar contacts: telephone and mail."""

    name: str
    numbers: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Telltale:
    """All that is known.

    :ivar studios: every name that the studio bears or bore in what was handed in.
    :ivar leads: the lead by every name, ``members`` those of the papers in their order, ``others`` all other people
        whom any version concerned, ``signatories`` those who signed or handed in for the unit.
    :ivar units: full names, union names and codes of the unit, and of what stands above and below it.
    :ivar short_units: their short names.
    """

    studios: tuple[str, ...]
    leads: tuple[Person, ...]
    members: tuple[Person, ...] = ()
    others: tuple[Person, ...] = ()
    signatories: tuple[Person, ...] = ()
    units: tuple[str, ...] = ()
    short_units: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()
    address: str = ""


def mask(snapshot) -> Mask:
    """What takes the names of an application out of any text; 4 queries, and 1 more when it was handed in anew.

    :param snapshot: the version of the papers that is read.
    """
    return _made(of(snapshot))


@lru_cache(maxsize=128)
def _made(known: Telltale) -> Mask:
    """The same for whoever reads of the same names."""
    return Mask(keys(known))


def of(snapshot) -> Telltale:
    """What the database and the papers know of an application, of whoever belonged to the studio at any time too."""
    application, data = snapshot.application, snapshot.data
    studio = application.studio
    entered = list(studio.members.values_list("user", "name"))
    ours = {studio.lead_id, *application.concerned, *(pk for pk, _name in entered if pk)}
    signed = Q(pk__in=application.endorsements.values("by")) | Q(pk__in=application.handed_in_by)
    people = User.objects.filter(signed | Q(pk__in=ours) | Q(pk=application.started_by_id)).order_by("pk")
    accounts = {one.pk: one for one in people}
    lead = accounts[studio.lead_id]
    units = _units(studio.unit, lead.unit_id)
    own = {bare(accounts[pk].name): _person(accounts[pk]) for pk in sorted(ours & accounts.keys())}
    members = {bare(one["name"]): one["name"] for one in data.get("members", [])}
    leads = (Person(data["lead"]["name"]), _person(lead))
    told = {*members, *(bare(one.name) for one in leads)}
    once = dict.fromkeys([*own, *application.concerned_names, *(bare(name) for _pk, name in entered)])
    return Telltale(
        studios=_studio_names(snapshot),
        leads=leads,
        members=tuple(own.get(plain, Person(name)) for plain, name in members.items()),
        others=tuple(own.get(name, Person(name)) for name in once if name not in told),
        signatories=(
            *(Person(one.signatory) for one in application.endorsements.all()),
            *(_person(one) for pk, one in accounts.items() if pk not in ours),
            *(Person(unit.union_chair) for unit in units if unit.union_chair),
        ),
        units=(
            data["studio"]["unit"],
            *(text for one in units for text in (one.name, one.union_name, one.code)),
        ),
        short_units=tuple(one.short_name for one in units),
        owners=tuple(one.get("owner", "") for one in data.get("achievements", [])),
        numbers=tuple(one.get(name, "") for section, name in NUMBERS for one in data.get(section, [])),
        contacts=tuple(unit.union_phone for unit in units),
        address=data.get("venue", {}).get("address", ""),
    )


def _person(user: User) -> Person:
    return Person(user.name, (user.staff_no or "", user.username), (user.phone, user.email))


def _units(unit: Unit, leads_unit: int | None) -> list[Unit]:
    """The unit first, then what stands above and below it, and the lead's own; not the university as a whole."""
    beside = Q(path__in=tree.prefixes(unit.path)) | tree.below([unit]) | Q(pk=leads_unit)
    found = Unit.objects.filter(beside)
    return sorted(
        (one for one in found if bare(one.name) != bare(settings.UNIVERSITY)),
        key=lambda one: one.pk != unit.pk,
    )


def _studio_names(snapshot) -> tuple[str, ...]:
    application = snapshot.application
    names = {snapshot.data["studio"]["name"], *application.named_as()[:1], application.studio.name}
    if snapshot.version > 1:
        names |= {*application.snapshots.values_list("data__studio__name", flat=True)}
    return tuple(sorted(names))


# -- pure ----------------------------------------------------------------------------------------


def keys(known: Telltale) -> list[Key]:
    """What is looked for; of two that are alike the one that tells more about whom it is comes first."""
    found = [
        *_of_studios(known.studios),
        *_of_people([*((one, LEAD) for one in known.leads), *_all("member", known.members)]),
        *_of_units(known.units, known.short_units),
        *(one for person in known.signatories for one in _of_person(person, SIGNATORY)),
        *_of_people(_all("other", known.others)),
        *(key(number, NUMBER) for number in known.numbers if len(number) > 4),
        *(key(contact, CONTACT) for contact in known.contacts),
        key(known.address, ADDRESS),
    ]
    found = [one for one in found if one is not None]
    return [*found, *_of_owners(known.owners, Mask(found))]


def _of_studios(names: Iterable[str]) -> Iterator[Key | None]:
    """启明劳模创新工作室 also as 启明工作室; 启明 by itself may be what they work on, and stays."""
    for name in names:
        yield key(name, STUDIO)
        stem = next((name.removesuffix(ending) for ending in STUDIOS if name.endswith(ending)), "")
        if stem:
            yield from (key(stem + ending, STUDIO) for ending in STUDIOS)


def _of_people(people: Iterable[tuple[Person, str]]) -> Iterator[Key | None]:
    """By every name and reading, and what each is called by; the full names of all come before that."""
    people = list(people)
    for person, placeholder in people:
        yield from _of_person(person, placeholder)
    for person, placeholder in people:
        yield from by_title(_APART.split(person.name)[0], placeholder)


def _of_person(person: Person, placeholder: str) -> Iterator[Key | None]:
    """By name, with and without what stands in brackets behind it, as it is read, and by number and contact."""
    for name in dict.fromkeys([person.name, _APART.split(person.name)[0]]):
        yield key(name, placeholder)
        yield from by_reading(name, placeholder)
    yield from (key(number, placeholder, Alone.LETTERS) for number in person.numbers)
    yield from (key(contact, CONTACT) for contact in person.contacts)


def _all(kind: str, people: Iterable[Person]) -> Iterator[tuple[Person, str]]:
    return ((person, counted(kind, number)) for number, person in enumerate(people, start=1))


def _of_units(names: Iterable[str], short: Iterable[str]) -> Iterator[Key | None]:
    for name in names:
        yield key(name, UNIT, Alone.LETTERS if name.isascii() else None)
    for name in short:
        if len(bare(name)) > SHORT:
            yield key(name, UNIT)
        elif name:
            yield key(name, UNIT, Alone.WORDS)
            for ending in INSTITUTIONS:
                yield key(name + ending, UNIT, behind=CONTINUED.get(ending, ""))


def _of_owners(owners: Iterable[str], known: Mask) -> Iterator[Key | None]:
    """Who owns results and is not named elsewhere: a person, a firm. The university itself tells nothing."""
    anybody = ANYBODY | {bare(settings.UNIVERSITY)}
    rests = (rest for owner in owners for rest in PLACEHOLDER.split(known(owner)))
    pieces = dict.fromkeys(piece for rest in rests for piece in _pieces(rest) if bare(piece) not in anybody)
    for number, piece in enumerate(pieces, start=1):
        yield key(piece, counted("owner", number))


def _pieces(text: str) -> list[str]:
    """The names in a text that lists some; 张三和李四 are two, 机械与动力公司 is one."""
    found = []
    for piece in _APART.split(text):
        piece = piece.strip(_SHARE)
        parts = [bare(part) for part in _JOINED.split(piece)]
        people = len(parts) > 1 and all(map(PERSON.fullmatch, parts))
        blanks = piece.split()
        if people:
            found += parts
        elif len(blanks) > 1 and all(PERSON.fullmatch(part) for part in blanks):
            found += blanks
        else:
            found.append(piece)
    return [piece for piece in found if piece]
