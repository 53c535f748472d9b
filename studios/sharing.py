"""Who may help to fill in a studio's papers; each is told."""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.delivery import notify
from accounts.models import RoleCode, User
from records.moves import DomainError
from studios.models import Editor, Studio


def judges(person: User, studio: Studio) -> bool:
    """Whether an office of the person is to sign, check or decide the papers of the studio."""
    return person.has_role(*RoleCode.OFFICE) or any(
        person.acts_for(studio.unit, code) for code in RoleCode.IN_A_UNIT
    )


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
                subject=f"{by.name}请你协同填写{studio.name}的材料",
                body="你可以填写和修改全部七个部分；提交申报由领衔人或部门工会办理。",
                url=reverse("studios:parts", args=[studio.pk]),
            )
    return editor


def remove_editor(editor: Editor, *, by: User) -> None:
    """Take the right to edit back and tell the person; what they entered stays."""
    with transaction.atomic():
        notify(
            [editor.user],
            f"editor-removed:{editor.pk}",
            subject=f"你不再协同填写{editor.studio.name}的材料",
            body=f"由{by.name}调整。你已填写的内容都已保留。",
        )
        editor.delete()
