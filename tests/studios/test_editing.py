"""Filling in the papers: who may, and the parts that have a form of their own."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from studios.models import Studio
from tests.studios.addresses import part_url

EDITORS = {"lead", "co_editor"}
UNIT = {"department", "department_member", "party", "administration"}
READERS = EDITORS | UNIT | {"member", "staff", "staff_member", "leader", "auditor"}


# -- who may


def test_exactly_those_whom_the_studio_concerns_read_a_part(cast, sign_in):
    seen = {
        name
        for name, user in cast.everybody().items()
        if name != "leader_lead" and sign_in(user).get(part_url(cast.studio)).status_code == 200
    }
    assert seen == READERS


@pytest.mark.parametrize("url", ["parts", "part", "row_add", "rows_paste", "row", "row_remove", "editors"])
def test_exactly_lead_and_co_editors_reach_what_edits(cast, sign_in, url):
    row = cast.studio.members.first().pk
    args = {
        "part": ["place"], "row_add": ["members"], "rows_paste": ["members"], "row": ["members", row],
        "row_remove": ["members", row],
    }.get(url, [])  # fmt: skip
    address = reverse(f"studios:{url}", args=[cast.studio.pk, *args])
    allowed = {"lead"} if url == "editors" else EDITORS
    for name, user in cast.everybody().items():
        if name == "leader_lead":
            continue
        answer = sign_in(user).get(address)
        shows_form = answer.status_code == 200 and (url != "part" or b"data-autosave" in answer.content)
        assert shows_form == (name in allowed), name


def test_posting_to_a_part_one_may_only_read_changes_nothing(cast, sign_in):
    for name in ("member", "department", "staff", "leader"):
        answer = sign_in(getattr(cast, name)).post(part_url(cast.studio), {"address": "别处", "area": "1"})
        assert answer.status_code == 403
    cast.studio.venue.refresh_from_db()
    assert cast.studio.venue.address == "机械楼 A415"


def test_telephone_birth_and_mail_are_shown_to_those_entitled_only(cast, sign_in):
    born = {"lead": "1975.06", "team": "1982"}
    for name in READERS:
        user = getattr(cast, name)
        entitled = name in EDITORS | {"department", "department_member", "staff", "staff_member"}
        for key in ("lead", "team"):
            html = sign_in(user).get(part_url(cast.studio, key)).content.decode()
            assert (born[key] in html) == entitled, (name, key)
            assert (cast.lead.phone in html) == (entitled and key == "lead"), (name, key)
            assert cast.lead.email not in html


def test_a_revoked_studio_is_read_only(cast, sign_in):
    Studio.objects.filter(pk=cast.studio.pk).update(state="revoked")
    assert sign_in(cast.lead).post(part_url(cast.studio), {"address": "x"}).status_code == 403


# -- the parts with a form of their own


def test_a_part_is_saved_and_leads_to_the_next(cast, sign_in):
    client = sign_in(cast.lead)
    opened = client.get(part_url(cast.studio)).context["form"].opened
    answer = client.post(
        part_url(cast.studio), {"address": "闵行校区 A 楼 415", "area": "120平方米", "opened": opened}
    )
    assert answer.url == part_url(cast.studio, "rules")
    cast.studio.venue.refresh_from_db()
    assert (cast.studio.venue.address, cast.studio.venue.area) == ("闵行校区 A 楼 415", Decimal("120.0"))


def test_a_refused_part_keeps_what_was_typed_and_leads_to_the_field(cast, sign_in):
    client = sign_in(cast.lead)
    answer = client.post(part_url(cast.studio), {"address": "新楼", "area": "很大"})
    html = answer.content.decode()
    assert 'href="#id_area"' in html
    assert 'value="很大"' in html
    assert 'value="新楼"' in html
    assert 'value="新楼"' in client.get(part_url(cast.studio)).content.decode()


def test_a_name_of_its_own_needs_a_reason(cast, sign_in):
    client = sign_in(cast.lead)
    data = {
        "name": "精密装备创新工作室",
        "kinds": ["technology", "service"],
        "direction": "诊断",
        "founded_on": "2019-03-01",
    }
    data["opened"] = client.get(part_url(cast.studio, "lead")).context["form"].opened
    assert client.post(part_url(cast.studio, "lead"), data).status_code == 200
    assert client.post(part_url(cast.studio, "lead"), {**data, "name_reason": "沿用旧名"}).status_code == 302
    cast.studio.refresh_from_db()
    assert (cast.studio.name, cast.studio.service, cast.studio.management) == (
        "精密装备创新工作室",
        True,
        False,
    )


def test_an_empty_name_is_derived_from_the_lead(cast, sign_in):
    client = sign_in(cast.lead)
    opened = client.get(part_url(cast.studio, "lead")).context["form"].opened
    client.post(part_url(cast.studio, "lead"), {"name": "", "kinds": ["technology"], "opened": opened})
    cast.studio.refresh_from_db()
    assert cast.studio.name == "龚䶮劳模创新工作室"


def test_what_is_saved_shows_in_the_conditions_at_once(cast, sign_in, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        for line in cast.studio.budget_lines.all():
            line.delete()
    html = sign_in(cast.lead).get(part_url(cast.studio)).content.decode()
    assert "未满足" in html
    assert f"{date.today().year}" in html
