"""Who may come into a studio: as a co-editor, who is told of it, and as a member; and who judges it and may not."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.delivery import notify
from accounts.models import RoleCode, User
from accounts.names import bare
from accounts.tree import prefixes
from records.moves import DomainError
from studios import parts
from studios.models import Editor, Studio

_JUDGEMENTS: list[Callable[[Studio], bool]] = []


def register_judgement(function: Callable[[Studio], bool]) -> Callable:
    """Register ``function(studio)``: whether its papers lie before others at present, to be judged."""
    _JUDGEMENTS.append(function)
    return function


def is_being_judged(studio: Studio) -> bool:
    """Whether they do; of many pasted rows it is asked once."""
    return parts.remembered(studio, "judged", lambda: any(function(studio) for function in _JUDGEMENTS))


def judges(person: User, studio: Studio) -> bool:
    """Whether an office of the person is to sign, check or decide the papers of the studio."""
    return person.has_role(*RoleCode.OFFICE) or any(
        person.acts_for(studio.unit, code) for code in RoleCode.IN_A_UNIT
    )


def judge_now(studio: Studio, *, person: User | None = None, name: str = "") -> User | None:
    """Who of those that have to judge the papers at present is this person or, where there is only a name, bears it.

    Such a one does not become part of the studio: whoever belongs to it stands aside, and a lead could so choose who
    judges. Before anything is handed in a chair of the department union may well be a member, and stands aside.
    """
    if not is_being_judged(studio):
        return None
    people = [person] if person else namesakes_in_office(studio, name)
    return next((one for one in people if judges(one, studio)), None)


def namesakes_in_office(studio: Studio, name: str) -> list[User]:
    """Those who hold an office for the studio and for whom a mere name is taken (see :meth:`User.is_meant_by`)."""
    office = Q(roles__code__in=RoleCode.OFFICE) | Q(roles__unit__path__in=prefixes(studio.unit.path))
    holders = User.objects.filter(office, is_active=True).select_related("unit").distinct()
    known = parts.remembered(studio, "holders", lambda: list(holders))
    return [one for one in known if one.is_meant_by({bare(name)}, studio.unit)]


def add_editor(studio: Studio, person: User, *, by: User) -> Editor:
    """Make ``person`` a co-editor and tell them; once, however often it is asked.

    :raises DomainError: for somebody who judges the papers: nobody acts on their own case, and nobody is to lose
        an office by being named.
    """
    if judges(person, studio):
        raise DomainError(
            _(
                "%(person)s signs for the unit or handles the reviews in the union’s office, "
                "and so cannot fill in the papers."
            )
            % {"person": person}
        )
    with transaction.atomic():
        editor, new = Editor.objects.get_or_create(studio=studio, user=person, defaults={"added_by": by})
        if new:
            notify(
                [person],
                f"editor-added:{editor.pk}",
                subject=f"{by.name}请您协同填写{studio.name}的材料",
                body="您可以填写和修改全部七个部分；提交申报由领衔人或部门工会办理。",
                url=reverse("studios:parts", args=[studio.pk]),
            )
    return editor


def remove_editor(editor: Editor, *, by: User) -> None:
    """Take the right to edit back and tell the person; what they entered stays."""
    with transaction.atomic():
        notify(
            [editor.user],
            f"editor-removed:{editor.pk}",
            subject=f"您不再协同填写{editor.studio.name}的材料",
            body=f"由{by.name}调整。您已填写的内容都已保留。",
        )
        editor.delete()
