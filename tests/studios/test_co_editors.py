"""Co-editors: named, told, taken off the list; and who cannot be one."""

from django.urls import reverse

from accounts.models import Notice
from studios.models import Editor


def test_co_editors_are_added_once_removed_and_told(cast, sign_in):
    client = sign_in(cast.lead)
    add = reverse("studios:editor_add", args=[cast.studio.pk])
    for _time in range(2):
        client.post(add, {"user": cast.member.pk})
    editor = Editor.objects.get(studio=cast.studio, user=cast.member)
    assert Notice.objects.filter(recipient=cast.member).count() == 1
    assert sign_in(cast.member).get(reverse("studios:parts", args=[cast.studio.pk])).status_code == 200
    client.post(reverse("studios:editor_remove", args=[cast.studio.pk, editor.pk]))
    assert Notice.objects.filter(recipient=cast.member).count() == 2
    assert sign_in(cast.member).get(reverse("studios:parts", args=[cast.studio.pk])).status_code == 403


JUDGES = {
    "department", "department_member", "party", "administration", "staff", "staff_member", "leader", "finance",
    "auditor", "sysadmin", "leader_lead",
}  # fmt: skip


def test_who_signs_or_decides_is_not_named_a_co_editor_and_keeps_the_office(cast, sign_in):
    client, add = sign_in(cast.lead), reverse("studios:editor_add", args=[cast.studio.pk])
    for name, person in cast.everybody().items():
        if name not in ("lead", "co_editor"):
            html = client.post(add, {"user": person.pk}, follow=True).content.decode()
            assert ("不能协同填写" in html) == (name in JUDGES), name
    named = set(cast.studio.editors.values_list("user", flat=True))
    assert named.isdisjoint({getattr(cast, name).pk for name in JUDGES})
    assert {cast.co_editor.pk, cast.member.pk, cast.stranger.pk, cast.other_department.pk} <= named
    assert sign_in(cast.leader).get(cast.studio.get_absolute_url()).status_code == 200
    assert not cast.studio.concerns(cast.leader)


def test_a_co_editor_names_no_further_ones(cast, sign_in):
    answer = sign_in(cast.co_editor).post(
        reverse("studios:editor_add", args=[cast.studio.pk]), {"user": cast.stranger.pk}
    )
    assert answer.status_code == 403
