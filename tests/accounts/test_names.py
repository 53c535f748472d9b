"""Names are kept as they are read: nothing invisible in them, and as much of their reading as the columns hold."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.models import Unit, User
from accounts.names import bare
from studios.forms import LeadForm, StartForm
from studios.models import Honour, Member, Studio, derived_name
from studios.row_forms import MemberForm
from tests.factories import StudioFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db
NOTHING = ["\u200b", "\u00ad\u200d", "\u202e", " \u3000\n", "\u3164", "\u2066\u2069", "\U000e0041"]
SEEN = [
    ("王\u200b芳", "王芳"),
    ("\u202e芳王\u202c", "芳王"),
    ("王\r\n芳", "王 芳"),
    ("\u2067王芳\u2069", "王芳"),
]


@pytest.mark.parametrize("name", NOTHING)
def test_a_name_in_which_nothing_is_seen_is_none(name):
    for thing in (User(username="x", name=name), Unit(code="1", kind="office", name=name), Member(name=name)):
        with pytest.raises(ValidationError) as refused:
            thing.full_clean()
        assert "name" in refused.value.message_dict, type(thing)


@pytest.mark.parametrize(("given", "kept"), SEEN)
def test_a_name_is_kept_as_it_is_read(given, kept):
    studio = StudioFactory()
    made = [
        UserFactory(name=given),
        UnitFactory(name=given),
        Member.objects.create(studio=studio, name=given),
    ]
    studio.name = given
    studio.save()
    assert [thing.name for thing in (*made, studio)] == [kept] * 4
    for thing in (*made, studio):
        thing.refresh_from_db()
    assert [thing.name for thing in (*made, studio)] == [kept] * 4


@pytest.mark.parametrize("name", NOTHING)
def test_a_studio_of_no_visible_name_bears_the_name_of_its_lead(name):
    studio = StudioFactory()
    form = LeadForm({"name": name}, instance=studio)
    form.is_valid()
    assert form.cleaned_data["name"] == derived_name(studio.lead)
    start = StartForm({"name": name}, lead=studio.lead)
    assert start.is_valid(), start.errors
    assert start.cleaned_data["name"] == derived_name(studio.lead)
    assert StudioFactory(name=name).name.endswith("劳模创新工作室")


@pytest.mark.parametrize("name", NOTHING)
def test_a_member_of_no_visible_name_is_told_at_the_field(name):
    form = MemberForm({"name": name, "role": "member"}, instance=Member(studio=StudioFactory()))
    assert "name" in form.errors


@pytest.mark.parametrize("name", NOTHING)
def test_the_office_adds_nobody_without_a_visible_name(cast, sign_in, name):
    fields = {"name": name, "staff_no": "98777", "username": "", "is_active": "on"}
    roles = {"roles-TOTAL_FORMS": "0", "roles-INITIAL_FORMS": "0"}
    answer = sign_in(cast.staff).post(reverse("admin:accounts_user_add"), {**fields, **roles})
    assert answer.status_code == 200
    assert not User.objects.filter(staff_no="98777").exists()


def test_names_compare_without_what_nobody_sees():
    assert bare("王\u200b 芳\u202e") == bare("王芳")
    assert bare("阿依古丽•买买提") == bare("阿依古丽\u00ad·买买提")


# -- as much as the columns hold


@pytest.mark.parametrize("name", ["庄" * 80, "王" * 80, "a " * 40])
def test_a_studio_of_the_longest_name_is_saved(name):
    studio = StudioFactory(name=name)
    studio.refresh_from_db()
    assert (len(studio.pinyin) <= 300, len(studio.initials) <= 80) == (True, True)
    assert Studio.objects.search(studio.pinyin[:6]).get() == studio


@pytest.mark.parametrize("name", ["庄" * 60, "a " * 30])
def test_a_person_of_the_longest_name_is_saved(name):
    person = UserFactory(name=name.strip())
    person.refresh_from_db()
    assert (len(person.pinyin) <= 200, len(person.initials) <= 40) == (True, True)


def unit_form(parent, at: int) -> dict:
    fields = {
        "code": f"{at:020d}",
        "name": f"单位{at}",
        "kind": "office",
        "parent": parent.pk if parent else "",
    }
    return fields | dict.fromkeys(["short_name", "union_name", "union_chair", "union_phone"], "")


def test_units_are_not_put_deeper_than_their_path_reaches(cast, sign_in):
    office, parent = sign_in(cast.staff), None
    for at in range(12):
        assert office.post(reverse("admin:accounts_unit_add"), unit_form(parent, at)).status_code == 302
        parent = Unit.objects.get(name=f"单位{at}")
    answer = office.post(reverse("admin:accounts_unit_add"), unit_form(parent, 12))
    assert answer.status_code == 200
    assert "层级过多" in answer.content.decode()
    top = UnitFactory(name="上级单位", code="9" * 20)
    first = Unit.objects.get(name="单位0")
    mover = sign_in(cast.sysadmin)
    moved = mover.post(reverse("admin:accounts_unit_change", args=[first.pk]), unit_form(top, 0))
    assert "层级过多" in moved.content.decode()
    parent.refresh_from_db()
    assert len(parent.path) == 253


def test_honours_speak_of_a_year_as_their_label_does(cast):
    from studios.row_forms import HonourForm

    form = HonourForm(
        {"title": "劳模", "level": "national", "year": "1900"}, instance=Honour(studio=cast.studio)
    )
    assert str(form.fields["year"].label) == "年度"
    assert form.errors["year"] == ["年度应在 1949 年以后。"]
