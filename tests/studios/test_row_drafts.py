"""The form of a row that was opened and left: what was typed is kept, and where nothing was typed nothing is."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from studios import rowkinds
from studios.models import Draft
from tests.factories import ApplicationFactory

KINDS = ["honours", "members", "projects", "results", "budget", "rules"]


def url(name, cast, *args):
    return reverse(f"studios:{name}", args=[cast.studio.pk, *args])


def as_opened(form) -> dict[str, str]:
    """What a browser sends of a form in which nobody typed."""
    return {name: form[name].value() or "" for name in form.fields if name != "files"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_row_in_which_nothing_is_typed_leaves_nothing_behind(cast, sign_in, kind):
    client, before = sign_in(cast.lead), rowkinds.get(kind).rows(cast.studio).count()
    form = client.get(url("row_add", cast, kind)).context["form"]
    answer = client.post(url("autosave_row", cast, kind, 0), as_opened(form)).json()
    assert answer == {"state": "saved", "text": ""}
    refused = client.post(url("row_add", cast, kind), {**as_opened(form), "once": uuid.uuid4()})
    assert refused.context["form"].errors
    assert not Draft.objects.exists()
    assert rowkinds.get(kind).rows(cast.studio).count() == before


@pytest.mark.parametrize("kind", KINDS)
def test_a_row_in_which_nothing_is_changed_leaves_nothing_behind(cast, sign_in, kind):
    client, row = sign_in(cast.lead), rowkinds.get(kind).rows(cast.studio).first()
    form = client.get(url("row", cast, kind, row.pk)).context["form"]
    assert client.post(url("autosave_row", cast, kind, row.pk), as_opened(form)).json()["text"] == ""
    assert not Draft.objects.exists()


def test_what_is_typed_and_taken_out_again_is_forgotten(cast, sign_in):
    client, keep = sign_in(cast.lead), url("autosave_row", cast, "budget", 0)
    opened = as_opened(client.get(url("row_add", cast, "budget")).context["form"])
    assert client.post(keep, {**opened, "purpose": "耗材"}).json()["state"] == "kept"
    assert Draft.objects.get().data["purpose"] == ["耗材"]
    client.post(keep, opened)
    assert not Draft.objects.exists()
    assert client.get(url("row_add", cast, "budget")).context["draft"] is None


def test_an_empty_row_sent_after_the_session_ended_does_not_come_back(cast):
    client = Client()
    client.post(url("row_add", cast, "members"), {"staff_no": "", "name": "", "role": "member"})
    client.force_login(cast.lead)
    answer = client.get(url("row_add", cast, "members"))
    assert answer.context["draft"] is None
    assert "登录前" not in answer.content.decode()


@pytest.mark.parametrize("new", [True, False])
def test_what_is_typed_into_a_row_can_be_thrown_away(cast, sign_in, new):
    client, row = sign_in(cast.lead), cast.studio.budget_lines.get()
    page = url("row_add", cast, "budget") if new else url("row", cast, "budget", row.pk)
    client.post(url("autosave_row", cast, "budget", 0 if new else row.pk), {"purpose": "写了一半"})
    shown = client.get(page)
    assert 'value="写了一半"' in shown.content.decode()
    answer = client.post(url("discard", cast, "place"), {"row": shown.context["draft"].row})
    assert answer.url == page
    assert 'value="写了一半"' not in client.get(page).content.decode()


def test_nobody_throws_away_what_somebody_else_typed(cast, sign_in):
    sign_in(cast.lead).post(url("autosave_row", cast, "budget", 0), {"purpose": "写了一半"})
    answer = sign_in(cast.co_editor).post(url("discard", cast, "place"), {"row": "budget:0"})
    assert answer.url == url("part", cast, "place")
    assert Draft.objects.get().user == cast.lead


def test_what_was_typed_into_a_row_goes_with_the_row(cast, sign_in):
    row = cast.studio.budget_lines.get()
    sign_in(cast.co_editor).post(url("autosave_row", cast, "budget", row.pk), {"purpose": "写了一半"})
    sign_in(cast.lead).post(url("row_remove", cast, "budget", row.pk))
    assert not Draft.objects.exists()


def test_whoever_hands_in_is_led_to_the_row_that_is_not_saved(cast, sign_in):
    application, client = ApplicationFactory(studio=cast.studio), sign_in(cast.lead)
    page, row = reverse("reviews:submit", args=[application.pk]), cast.studio.honours.get()
    client.post(url("autosave_row", cast, "honours", row.pk), {"title": "改了一半"})
    client.post(url("autosave_row", cast, "members", 0), {"role": "member"})
    assert [one["url"] for one in client.get(page).context["unsaved"]] == [
        url("row", cast, "honours", row.pk)
    ]
    client.post(url("autosave_row", cast, "members", 0), {"name": "写了一半", "role": "member"})
    assert [one["url"] for one in client.get(page).context["unsaved"]] == [
        url("row", cast, "honours", row.pk), url("row_add", cast, "members"),
    ]  # fmt: skip
