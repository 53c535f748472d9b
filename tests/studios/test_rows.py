"""The rows of a part: added, changed, removed, with their files; what is said when one cannot be."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import Unit
from records.attachments import Attachment
from studios import editing
from studios.models import Draft, Honour, Member, Project
from tests.factories import StudioFactory, UserFactory
from tests.records.papers import pdf
from tests.studios.addresses import add_url, part_url

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


def test_a_draft_of_a_row_is_gone_once_the_row_is_added(cast, sign_in):
    client = sign_in(cast.lead)
    client.post(reverse("studios:autosave_row", args=[cast.studio.pk, "honours", 0]), {"title": "写了一半"})
    assert Draft.objects.get().data["title"] == ["写了一半"]
    assert 'value="写了一半"' in client.get(add_url(cast.studio, "honours")).content.decode()
    client.post(add_url(cast.studio, "honours"), {**HONOUR, "once": str(uuid.uuid4())})
    assert not Draft.objects.exists()
