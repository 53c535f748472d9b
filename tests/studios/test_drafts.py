"""What is typed is kept, and of two who write at once neither loses a word."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from studios.models import Draft, PartVersion, Venue
from tests.factories import StudioFactory


@pytest.fixture
def place(cast):
    return reverse("studios:part", args=[cast.studio.pk, "place"])


@pytest.fixture
def save(cast):
    return reverse("studios:autosave", args=[cast.studio.pk, "place"])


def opened(client, url):
    return client.get(url).context["form"].opened


def venue(cast) -> tuple[str, str]:
    found = Venue.objects.get(studio=cast.studio)
    return found.address, f"{found.area.normalize():f}"


def draft_of(user) -> dict | None:
    found = Draft.objects.filter(user=user).first()
    return found and {name: values[-1] for name, values in found.data.items() if name != "opened"}


# -- kept as typed


def test_what_can_be_saved_is_saved_as_typed(cast, sign_in, place, save):
    client = sign_in(cast.lead)
    answer = client.post(save, {"address": "新楼 302", "area": "50", "opened": opened(client, place)}).json()
    assert answer["state"] == "saved"
    assert answer["text"].startswith("已保存")
    assert venue(cast) == ("新楼 302", "50")
    assert draft_of(cast.lead) is None
    assert PartVersion.objects.get(studio=cast.studio, part="place").saved_by == cast.lead


def test_what_cannot_be_saved_yet_is_kept_for_its_writer_only(cast, sign_in, place, save):
    client = sign_in(cast.lead)
    answer = client.post(
        save, {"address": "新楼 302", "area": "五十", "opened": opened(client, place)}
    ).json()
    assert answer["state"] == "kept"
    assert "1 处" in answer["text"]
    assert venue(cast) == ("机械楼 A415", "86")
    html = client.get(place).content.decode()
    assert 'value="新楼 302"' in html
    assert 'value="五十"' in html
    assert 'value="新楼 302"' not in sign_in(cast.co_editor).get(place).content.decode()


def test_a_draft_can_be_thrown_away(cast, sign_in, place, save):
    client = sign_in(cast.lead)
    client.post(save, {"address": "新楼", "area": "五十", "opened": opened(client, place)})
    client.post(reverse("studios:discard", args=[cast.studio.pk, "place"]))
    assert draft_of(cast.lead) is None
    assert 'value="机械楼 A415"' in client.get(place).content.decode()


def test_saving_as_typed_goes_on_from_what_it_answered(cast, sign_in, place, save):
    client = sign_in(cast.lead)
    token = opened(client, place)
    for text in ("新", "新楼", "新楼 302"):
        answer = client.post(save, {"address": text, "area": "50", "opened": token}).json()
        assert answer["state"] == "saved"
        token = answer["opened"]
    assert venue(cast) == ("新楼 302", "50")


def test_more_than_a_form_can_hold_is_not_kept(cast, sign_in, save):
    assert sign_in(cast.lead).post(save, {"address": "长" * 30_000, "area": "x"}).status_code == 413
    assert draft_of(cast.lead) is None


def test_ticks_that_were_taken_off_stay_off_in_a_draft(cast, sign_in):
    client = sign_in(cast.lead)
    url = reverse("studios:autosave", args=[cast.studio.pk, "lead"])
    client.post(url, {"name": "别的名字", "direction": "诊断"})  # no reason: kept, not saved
    form = client.get(reverse("studios:part", args=[cast.studio.pk, "lead"])).context["form"]
    assert (form["kinds"].value(), form["name"].value()) == ([], "别的名字")


@pytest.mark.parametrize("who", ["stranger", "member", "staff", "other_department"])
def test_nobody_else_keeps_anything_in_it(cast, sign_in, save, who):
    answer = sign_in(getattr(cast, who)).post(save, {"address": "别处", "area": "1"})
    assert answer.status_code in (403, 404)
    assert not Draft.objects.exists()
    assert venue(cast) == ("机械楼 A415", "86")


# -- two at once


def test_two_who_change_different_fields_both_keep_theirs(cast, sign_in, place):
    first, second = sign_in(cast.lead), sign_in(cast.co_editor)
    one, two = opened(first, place), opened(second, place)
    first.post(place, {"address": "新楼 302", "area": "86.0", "opened": one})
    second.post(place, {"address": "机械楼 A415", "area": "120", "opened": two})
    assert venue(cast) == ("新楼 302", "120")


def test_two_who_change_the_same_field_are_shown_both_texts(cast, sign_in, place):
    first, second = sign_in(cast.lead), sign_in(cast.co_editor)
    one, two = opened(first, place), opened(second, place)
    first.post(place, {"address": "新楼 302", "area": "86.0", "opened": one})
    answer = second.post(place, {"address": "旧楼 101", "area": "86.0", "opened": two})
    assert answer.status_code == 409
    (conflict,) = answer.context["conflicts"]
    assert (conflict.name, conflict.theirs, conflict.mine) == ("address", "新楼 302", "旧楼 101")
    assert answer.context["version"].saved_by == cast.lead
    assert venue(cast) == ("新楼 302", "86")
    assert draft_of(cast.co_editor)["address"] == "旧楼 101"


@pytest.mark.parametrize(("choice", "address"), [("mine", "旧楼 101"), ("theirs", "新楼 302")])
def test_the_second_chooses_which_text_stands(cast, sign_in, place, choice, address):
    first, second = sign_in(cast.lead), sign_in(cast.co_editor)
    one, two = opened(first, place), opened(second, place)
    first.post(place, {"address": "新楼 302", "area": "86.0", "opened": one})
    shown = second.post(place, {"address": "旧楼 101", "area": "90", "opened": two})
    data = dict(shown.context["kept"]) | {"opened": shown.context["opened"], "choose-address": choice}
    assert second.post(place, data).status_code == 302
    assert venue(cast) == (address, "90")
    assert draft_of(cast.co_editor) is None


def test_a_third_text_that_came_while_choosing_is_shown_again(cast, sign_in, place):
    first, second = sign_in(cast.lead), sign_in(cast.co_editor)
    one, two = opened(first, place), opened(second, place)
    first.post(place, {"address": "新楼 302", "area": "86.0", "opened": one})
    shown = second.post(place, {"address": "旧楼 101", "area": "86.0", "opened": two})
    first.post(place, {"address": "新楼 303", "area": "86.0", "opened": opened(first, place)})
    data = dict(shown.context["kept"]) | {"opened": shown.context["opened"], "choose-address": "mine"}
    assert second.post(place, data).status_code == 409
    assert venue(cast) == ("新楼 303", "86")


def test_saving_as_typed_never_writes_over_what_somebody_else_wrote(cast, sign_in, place, save):
    first, second = sign_in(cast.lead), sign_in(cast.co_editor)
    one, two = opened(first, place), opened(second, place)
    first.post(save, {"address": "新楼 302", "area": "86.0", "opened": one})
    answer = second.post(save, {"address": "旧楼 101", "area": "86.0", "opened": two}).json()
    assert answer["state"] == "conflict"
    assert cast.lead.name in answer["text"]
    assert venue(cast) == ("新楼 302", "86")
    assert draft_of(cast.co_editor)["address"] == "旧楼 101"


def test_an_open_page_that_saves_on_does_not_undo_what_it_has_not_seen(cast, sign_in, place, save):
    """The area typed here goes in twice; the address saved elsewhere in between stays."""
    first, second = sign_in(cast.lead), sign_in(cast.co_editor)
    one, two = opened(first, place), opened(second, place)
    first.post(save, {"address": "新楼 302", "area": "86.0", "opened": one})
    for area in ("90", "95"):
        two = second.post(save, {"address": "机械楼 A415", "area": area, "opened": two}).json()["opened"]
    assert venue(cast) == ("新楼 302", "95")


def test_a_form_without_its_token_shows_both_texts_rather_than_write_over(cast, sign_in, place):
    assert sign_in(cast.lead).post(place, {"address": "旧楼 101", "area": "86.0"}).status_code == 409
    assert venue(cast) == ("机械楼 A415", "86")


def test_two_parts_of_one_studio_row_do_not_undo_each_other(cast, sign_in):
    lead, plan = (reverse("studios:part", args=[cast.studio.pk, key]) for key in ("lead", "plan"))
    first, second = sign_in(cast.lead), sign_in(cast.co_editor)
    one, two = first.get(lead).context["form"], second.get(plan).context["form"]
    first.post(lead, {**form_data(one), "direction": "新方向", "opened": one.opened})
    second.post(plan, {**form_data(two), "plan_goals": "新目标", "opened": two.opened})
    cast.studio.refresh_from_db()
    assert (cast.studio.direction, cast.studio.plan_goals) == ("新方向", "新目标")


def form_data(form) -> dict:
    return {name: form[name].value() or "" for name in form.fields}


def test_a_row_changed_by_two_is_shown_with_both_texts(cast, sign_in):
    row = cast.studio.honours.get()
    url = reverse("studios:row", args=[cast.studio.pk, "honours", row.pk])
    first, second = sign_in(cast.lead), sign_in(cast.co_editor)
    one, two = first.get(url).context["form"], second.get(url).context["form"]
    first.post(url, {**form_data(one), "year": "2019", "opened": one.opened})
    answer = second.post(url, {**form_data(two), "year": "2017", "opened": two.opened})
    assert answer.status_code == 409
    row.refresh_from_db()
    assert row.year == 2019


# -- told of each other


def test_two_editors_of_a_part_are_told_of_each_other(cast, sign_in, place):
    sign_in(cast.co_editor).get(place)
    assert sign_in(cast.lead).get(place).context["others"] == ["李铉"]
    here = reverse("studios:here", args=[cast.studio.pk, "place"])
    assert "李铉" in sign_in(cast.lead).post(here).content.decode()
    assert "龚䶮" in sign_in(cast.co_editor).post(here).content.decode()


def test_who_left_or_works_on_another_part_is_not_named(cast, sign_in, place):
    sign_in(cast.co_editor).get(reverse("studios:part", args=[cast.studio.pk, "plan"]))
    with time_machine.travel(timezone.now() - timedelta(seconds=91), tick=False):
        sign_in(cast.co_editor).get(place)
    assert sign_in(cast.lead).get(place).context["others"] == []


def test_who_only_reads_is_not_named_as_writing(cast, sign_in, place):
    sign_in(cast.department).get(place)
    assert sign_in(cast.lead).get(place).context["others"] == []


def test_a_studio_without_a_place_gets_one_with_its_first_words(cast, sign_in):
    studio = StudioFactory(lead=cast.stranger)
    url = reverse("studios:part", args=[studio.pk, "place"])
    client = sign_in(cast.stranger)
    client.post(
        reverse("studios:autosave", args=[studio.pk, "place"]),
        {"address": "A1", "area": "", "opened": opened(client, url)},
    )
    assert Venue.objects.get(studio=studio).address == "A1"
