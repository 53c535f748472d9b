"""Filling in the papers: who may, what is saved, what is said when it cannot be."""

import io
import uuid
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from accounts.models import Notice, Unit
from records.attachments import Attachment
from studios import editing, parts
from studios.models import Draft, Editor, Honour, Member, Project, Studio
from tests.factories import StudioFactory, UserFactory
from tests.records.papers import pdf

EDITORS = {"lead", "co_editor"}
UNIT = {"department", "department_member", "party", "administration"}
SAVING_THE_SESSION = 3  # with its savepoint; it is not the page that asks for it
READERS = EDITORS | UNIT | {"member", "staff", "staff_member", "leader", "auditor"}


def part_url(studio, key="place"):
    return reverse("studios:part", args=[studio.pk, key])


def add_url(studio, kind):
    return reverse("studios:row_add", args=[studio.pk, kind])


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


def test_a_photo_is_kept_and_anything_else_is_refused_at_the_field(cast, sign_in):
    client = sign_in(cast.lead)
    opened = client.get(part_url(cast.studio)).context["form"].opened
    answer = client.post(
        part_url(cast.studio),
        {
            "address": "新楼 302",
            "area": "50",
            "opened": opened,
            "photos": [SimpleUploadedFile("门口.jpg", pdf())],
        },
    )
    assert answer.status_code == 200
    assert set(answer.context["form"].errors) == {"photos"}
    assert "新楼 302" in answer.content.decode()
    assert not Attachment.objects.of(cast.studio.venue).exists()


# -- rows


HONOUR = {
    "title": "全国劳动模范",
    "level": "national",
    "year": "2020",
    "certificate_no": "",
    "body": "国务院",
}


def test_a_row_is_added_changed_and_removed(cast, sign_in):
    client = sign_in(cast.co_editor)
    answer = client.post(add_url(cast.studio, "honours"), {**HONOUR, "once": str(uuid.uuid4())})
    assert answer.url == part_url(cast.studio, "lead") + "#honours"
    row = Honour.objects.get(title="全国劳动模范")
    url = reverse("studios:row", args=[cast.studio.pk, "honours", row.pk])
    opened = client.get(url).context["form"].opened
    assert client.post(url, {**HONOUR, "year": "2015", "opened": opened}).status_code == 302
    row.refresh_from_db()
    assert row.year == 2015
    remove = reverse("studios:row_remove", args=[cast.studio.pk, "honours", row.pk])
    assert client.get(remove).status_code == 200
    assert Honour.objects.filter(pk=row.pk).exists()
    client.post(remove)
    assert not Honour.objects.filter(pk=row.pk).exists()


def test_a_refused_row_shows_its_errors_and_keeps_the_text(cast, sign_in):
    client = sign_in(cast.lead)
    data = {
        "name": "新项目",
        "level": "provincial",
        "starts_on": "2026-05-01",
        "ends_on": "2026-01-01",
        "amount": "12万元",
    }
    answer = client.post(add_url(cast.studio, "projects"), {**data, "once": str(uuid.uuid4())})
    assert answer.status_code == 200
    assert 'value="新项目"' in answer.content.decode()
    assert not Project.objects.filter(name="新项目").exists()
    assert client.post(add_url(cast.studio, "projects"), {**data, "ends_on": "2026-12-01"}).status_code == 302
    assert Project.objects.get(name="新项目").amount == 120000


def test_a_member_is_filled_in_from_the_staff_number(cast, sign_in):
    person = UserFactory(
        name="王㛃", unit=cast.unit, title="高级实验师", degree="博士研究生", birth_year=1988
    )
    sign_in(cast.lead).post(add_url(cast.studio, "members"), {"staff_no": person.staff_no, "role": "core"})
    member = Member.objects.get(user=person)
    assert (member.name, member.title, member.degree, member.birth_year, member.rank, member.role) == (
        "王㛃", "高级实验师", "doctor", 1988, "senior", "core",
    )  # fmt: skip


def test_the_form_of_a_member_tells_nobodys_birth(cast, sign_in):
    client, url = sign_in(cast.lead), add_url(cast.studio, "members")
    for at in (cast.unit, cast.other_unit):
        person = UserFactory(unit=at, birth_year=1961)
        shown = client.get(url, {"person": person.pk}).content.decode()
        refused = client.post(url, {"staff_no": person.staff_no, "role": "x"}).content.decode()
        pasted = client.post(
            reverse("studios:rows_paste", args=[cast.studio.pk, "members"]),
            {"text": f"工号\t姓名\n{person.staff_no}\t{person.name}"},
        ).content.decode()
        for html in (shown, refused, pasted):
            assert person.name in html or person.staff_no in html
            assert "1961" not in html


def test_the_birth_of_a_member_is_taken_over_within_the_unit_and_typed_for_others(cast, sign_in):
    department = Unit.objects.create(code="d1", name="机械系", parent=cast.unit, kind=Unit.Kind.COLLEGE)
    taken = {}
    for at in (cast.unit, department, cast.other_unit, None):
        person = UserFactory(unit=at, birth_year=1961)
        sign_in(cast.lead).post(
            add_url(cast.studio, "members"), {"staff_no": person.staff_no, "role": "core"}
        )
        taken[at] = Member.objects.get(user=person).birth_year
    assert taken == {cast.unit: 1961, department: 1961, cast.other_unit: None, None: None}


@pytest.mark.parametrize("who", ["the lead", "a member twice", "nobody"])
def test_a_staff_number_that_cannot_be_a_member_is_refused(cast, sign_in, who):
    number = {"the lead": cast.lead.staff_no, "a member twice": cast.member.staff_no, "nobody": "99999"}[who]
    before = cast.studio.members.count()
    answer = sign_in(cast.lead).post(
        add_url(cast.studio, "members"), {"staff_no": number, "name": "某人", "role": "member"}
    )
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert cast.studio.members.count() == before


def test_a_refused_file_keeps_the_row_and_says_why_at_the_field(cast, sign_in):
    client = sign_in(cast.lead)
    data = {
        **HONOUR,
        "once": str(uuid.uuid4()),
        "files": [SimpleUploadedFile("证书.pdf", b"not a pdf at all")],
    }
    answer = client.post(add_url(cast.studio, "honours"), data)
    row = Honour.objects.get(title="全国劳动模范")
    assert set(answer.context["form"].errors) == {"files"}
    assert "证书.pdf" in answer.content.decode()
    assert answer.context["action"] == reverse("studios:row", args=[cast.studio.pk, "honours", row.pk])
    text = answer.content.decode()
    assert "这一行已保存，附件没有收下" in text
    back = f"{part_url(cast.studio, 'lead')}#honours"
    assert f'href="{back}">返回</a>' in text
    assert ">取消<" not in text


def test_after_a_refused_file_one_goes_on_with_the_stored_row(cast, sign_in):
    client = sign_in(cast.lead)
    sent = {**HONOUR, "once": str(uuid.uuid4())}
    bad, good = SimpleUploadedFile("证书.jpg", b"no picture"), SimpleUploadedFile("证书.pdf", pdf())
    answer = client.post(add_url(cast.studio, "honours"), {**sent, "files": [bad]})
    again = {**HONOUR, "title": "全国劳动模范称号", "opened": answer.context["form"].opened, "files": [good]}
    assert client.post(answer.context["action"], again).status_code == 302
    row = Honour.objects.get(title="全国劳动模范称号")
    assert cast.studio.honours.count() == 2
    assert [file.name for file in Attachment.objects.of(row, "scan")] == ["证书.pdf"]


@pytest.mark.parametrize("kind", ["members", "budget"])
def test_a_file_sent_to_rows_without_files_is_no_error_of_ours(cast, sign_in, kind):
    answer = sign_in(cast.lead).post(
        add_url(cast.studio, kind), {"files": [SimpleUploadedFile("证书.pdf", pdf())]}
    )
    assert answer.status_code == 200


def test_a_file_is_kept_listed_and_removed_softly(cast, sign_in):
    client = sign_in(cast.lead)
    client.post(add_url(cast.studio, "honours"), {**HONOUR, "files": [SimpleUploadedFile("证书.pdf", pdf())]})
    row = Honour.objects.get(title="全国劳动模范")
    kept = Attachment.objects.of(row, "scan").get()
    assert "证书.pdf" in client.get(part_url(cast.studio, "lead")).content.decode()
    remove = reverse("studios:file_remove", args=[cast.studio.pk, kept.pk])
    assert sign_in(cast.staff).post(remove).status_code == 403
    assert client.post(remove).url == reverse("studios:row", args=[cast.studio.pk, "honours", row.pk])
    kept.refresh_from_db()
    assert kept.removed_at


def test_rows_and_files_of_another_studio_are_not_found(cast, sign_in):
    other = StudioFactory(complete=True)
    row = other.honours.first()
    client = sign_in(cast.lead)
    for name in ("row", "row_remove", "autosave_row"):
        url = reverse(f"studios:{name}", args=[cast.studio.pk, "honours", row.pk])
        if name != "autosave_row":
            assert client.post(url, HONOUR).status_code == 404
    row.refresh_from_db()
    assert row.title == "上海市劳动模范"


@pytest.mark.parametrize("when", ["before it is sent", "while it is saved"])
def test_what_is_typed_into_a_row_that_was_removed_can_be_added_again(cast, sign_in, monkeypatch, when):
    row = cast.studio.honours.get()
    url = reverse("studios:row", args=[cast.studio.pk, "honours", row.pk])
    client = sign_in(cast.lead)
    opened = client.get(url).context["form"].opened
    if when == "before it is sent":
        row.delete()
    else:
        save = editing.save
        monkeypatch.setattr(editing, "save", lambda *args, **kwargs: row.delete() and save(*args, **kwargs))
    answer = client.post(url, {**HONOUR, "opened": opened})
    html = answer.content.decode()
    assert "已被别人删除" in html
    assert f'value="{HONOUR["title"]}"' in html
    assert Draft.objects.get(user=cast.lead, row="honours:0").data["title"] == [HONOUR["title"]]
    again = answer.context["action"]
    assert client.post(again, {**HONOUR, "once": answer.context["once"]}).status_code == 302
    assert list(cast.studio.honours.values_list("title", flat=True)) == [HONOUR["title"]]


def test_a_row_that_never_was_is_not_found(cast, sign_in):
    url = reverse("studios:row", args=[cast.studio.pk, "honours", 999_999])
    client = sign_in(cast.lead)
    assert client.get(url).status_code == client.post(url, HONOUR).status_code == 404


# -- starting


def test_a_lead_starts_a_studio_with_name_unit_and_honour_prefilled(cast, sign_in):
    cast.stranger.honour_text = "2020年上海市五一劳动奖章"
    cast.stranger.save()
    answer = sign_in(cast.stranger).post(reverse("studios:start"), {"name": ""})
    studio = Studio.objects.get(lead=cast.stranger)
    assert answer.url == reverse("studios:parts", args=[studio.pk])
    assert (studio.name, studio.unit, studio.state) == ("路远劳模创新工作室", cast.other_unit, "candidate")
    assert list(studio.honours.values_list("title", "level", "year")) == [
        ("上海市五一劳动奖章", "provincial", 2020)
    ]


def test_starting_twice_leads_to_the_studio_there_is(cast, sign_in):
    answer = sign_in(cast.lead).post(reverse("studios:start"), {"name": "另一个"})
    assert answer.url == cast.studio.get_absolute_url()
    assert Studio.objects.filter(lead=cast.lead).count() == 1


def test_a_department_union_starts_for_its_own_people_only_and_the_lead_is_told(cast, sign_in):
    own, other = UserFactory(unit=cast.unit), UserFactory(unit=cast.other_unit)
    client = sign_in(cast.department)
    assert client.post(f"{reverse('studios:start')}?lead={other.pk}", {}).status_code == 404
    client.post(f"{reverse('studios:start')}?lead={own.pk}", {})
    studio = Studio.objects.get(lead=own)
    assert studio.started_by == cast.department
    assert cast.department.has_perm("studios.edit_studio", studio)
    assert Notice.objects.filter(recipient=own, event=f"studio-started:{studio.pk}").count() == 1
    assert not Studio.objects.filter(lead=other).exists()


def test_nobody_else_starts_for_others(cast, sign_in):
    url = f"{reverse('studios:start')}?lead={cast.member.pk}"
    assert sign_in(cast.stranger).post(url, {}).status_code == 403
    assert not Studio.objects.filter(lead=cast.member).exists()


# -- co-editors


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


# -- lists, pages, the task list


def test_the_list_runs_the_same_queries_with_1_and_with_30_rows(cast, sign_in, django_assert_max_num_queries):
    client = sign_in(cast.staff)
    client.get(reverse("studios:studios"))
    with django_assert_max_num_queries(10) as few:
        client.get(reverse("studios:studios"))
    for _number in range(28):
        StudioFactory()
    with django_assert_max_num_queries(10) as many:
        assert len(client.get(reverse("studios:studios")).context["rows"]) == 30
    assert len(few) == len(many)


def test_the_page_of_a_studio_runs_the_same_queries_whatever_its_rows(
    cast, sign_in, django_assert_max_num_queries
):
    client = sign_in(cast.lead)
    client.get(cast.studio.get_absolute_url())
    with django_assert_max_num_queries(SAVING_THE_SESSION + 12) as few:
        client.get(cast.studio.get_absolute_url())
    for number in range(30):
        Member.objects.create(studio=cast.studio, name=f"成员{number}", title="工程师")
    with django_assert_max_num_queries(SAVING_THE_SESSION + 12) as many:
        client.get(cast.studio.get_absolute_url())
    assert len(few) == len(many)


def test_pages_of_the_list_meet_without_gap_or_double(cast, sign_in):
    for _number in range(61):
        StudioFactory()
    client, address, seen = sign_in(cast.staff), "", []
    while True:
        context = client.get(reverse("studios:studios") + address).context
        seen += [row.pk for row in context["rows"]]
        if not (address := context["older"]):
            break
    assert seen == sorted(Studio.objects.values_list("pk", flat=True), reverse=True)
    back = client.get(reverse("studios:studios") + context["newer"]).context
    assert [row.pk for row in back["rows"]] == seen[30:60][-30:] if len(seen) > 60 else True


@pytest.mark.parametrize("asked", ["龚䶮", "gongyan", "gy"])
def test_a_studio_is_found_by_name_pinyin_and_initials(cast, sign_in, asked):
    rows = sign_in(cast.staff).get(reverse("studios:studios"), {"q": asked}).context["rows"]
    assert [row.pk for row in rows] == [cast.studio.pk]


def test_the_list_filters_by_state_and_kind_and_says_so_when_nothing_fits(cast, sign_in):
    client = sign_in(cast.staff)
    assert not client.get(reverse("studios:studios"), {"state": "revoked"}).context["rows"]
    assert len(client.get(reverse("studios:studios"), {"kind": "technology"}).context["rows"]) == 2
    assert not client.get(reverse("studios:studios"), {"kind": "service"}).context["rows"]
    assert client.get(reverse("studios:studios"), {"state": "nonsense", "before": "x"}).status_code == 200


def test_the_task_list_says_how_far_each_part_is(db):
    studio = StudioFactory()
    studio.direction = "诊断"
    studio.save()
    states = {task.part.key: str(task.progress) for task in parts.tasks(studio, {"team": "请补充成员职称"})}
    assert states == {
        "lead": "started", "team": "to_correct", "projects": "not_started", "results": "not_started",
        "place": "not_started", "rules": "not_started", "plan": "not_started",
    }  # fmt: skip
    complete = parts.with_holdings(Studio.objects.filter(pk=StudioFactory(complete=True).pk)).get()
    assert {str(task.progress) for task in parts.tasks(complete)} == {"complete"}


def test_parts_say_the_same_with_and_without_what_was_asked_ahead(cast):
    bare = StudioFactory()
    for pk in (cast.studio.pk, bare.pk):
        plain, loaded = Studio.objects.get(pk=pk), parts.with_holdings(Studio.objects).get(pk=pk)
        for part in parts.all_parts():
            assert part.missing(plain) == part.missing(loaded)
            assert part.progress(plain) == part.progress(loaded)


def test_the_team_is_drawn_with_the_same_figures_as_a_table(cast, sign_in):
    html = sign_in(cast.lead).get(part_url(cast.studio, "team")).content.decode()
    assert html.count('<svg width="100%"') == 3
    assert html.count("<figcaption>") == html.count("<summary>以表格查看") == 3


def test_a_draft_of_a_row_is_gone_once_the_row_is_added(cast, sign_in):
    client = sign_in(cast.lead)
    client.post(reverse("studios:autosave_row", args=[cast.studio.pk, "honours", 0]), {"title": "写了一半"})
    assert Draft.objects.get().data["title"] == ["写了一半"]
    assert 'value="写了一半"' in client.get(add_url(cast.studio, "honours")).content.decode()
    client.post(add_url(cast.studio, "honours"), {**HONOUR, "once": str(uuid.uuid4())})
    assert not Draft.objects.exists()


def test_what_is_saved_shows_in_the_conditions_at_once(cast, sign_in, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        for line in cast.studio.budget_lines.all():
            line.delete()
    html = sign_in(cast.lead).get(part_url(cast.studio)).content.decode()
    assert "未满足" in html
    assert f"{date.today().year}" in html


def test_photos_sent_with_a_refused_part_are_kept(cast, sign_in):
    client = sign_in(cast.lead)
    photo = SimpleUploadedFile("门口.jpg", jpg())
    answer = client.post(part_url(cast.studio), {"address": "新楼", "area": "很大", "photos": [photo]})
    assert set(answer.context["form"].errors) == {"area"}
    assert [file.name for file in answer.context["photos"]] == ["门口.jpg"]


def test_photos_sent_with_the_first_save_of_a_place_are_kept_though_its_area_is_refused(db, sign_in):
    studio = StudioFactory()
    photos = [SimpleUploadedFile(f"{number}.jpg", jpg(number)) for number in range(2)]
    answer = sign_in(studio.lead).post(part_url(studio), {"area": "一百二", "photos": photos})
    assert set(answer.context["form"].errors) == {"area"}
    assert [file.name for file in answer.context["photos"]] == ["0.jpg", "1.jpg"]
    assert "照片已收下，无需重新选择" in answer.content.decode()


def test_photos_sent_with_a_text_that_two_changed_are_kept(cast, sign_in):
    client = sign_in(cast.lead)
    opened = client.get(part_url(cast.studio)).context["form"].opened
    cast.studio.venue.address = "另一座楼"
    cast.studio.venue.save()
    photos = [SimpleUploadedFile("门口.jpg", jpg(1)), SimpleUploadedFile("坏.jpg", b"no picture")]
    answer = client.post(
        part_url(cast.studio), {"address": "新楼", "area": "50", "opened": opened, "photos": photos}
    )
    assert answer.status_code == 409
    assert "坏.jpg" in answer.content.decode()
    assert [file.name for file in Attachment.objects.of(cast.studio.venue)] == ["门口.jpg"]


def test_no_more_than_six_photos_are_kept(cast, sign_in):
    client = sign_in(cast.lead)
    opened = client.get(part_url(cast.studio)).context["form"].opened
    photos = [SimpleUploadedFile(f"{number}.jpg", jpg(number)) for number in range(7)]
    answer = client.post(
        part_url(cast.studio), {"address": "新楼", "area": "50", "opened": opened, "photos": photos}
    )
    assert "6.jpg" in str(answer.context["form"].errors["photos"])
    assert Attachment.objects.current().of(cast.studio.venue, "photo").count() == 6


def jpg(shade: int = 0) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), (shade * 30, 90, 90)).save(out, "JPEG")
    return out.getvalue()
