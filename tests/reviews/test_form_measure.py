"""The application form is a document, not a book: what takes minutes to typeset is not begun."""

import time

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from reviews import papers
from studios.models import Member, Studio
from tests.factories import ApplicationFactory


def crowd(studio, count: int) -> None:
    Member.objects.bulk_create(
        Member(studio=studio, name=f"{at}王", title="教" * 40, duty="分工" * 100) for at in range(count)
    )


@pytest.mark.parametrize("kind", ["pdf", "docx"])
@pytest.mark.parametrize("how", ["rows", "lines"])
def test_a_form_that_would_be_a_book_is_refused_at_once_and_in_words(cast, sign_in, kind, how):
    application = ApplicationFactory(studio=cast.studio, returned=True)
    if how == "rows":
        crowd(cast.studio, 600)
    else:
        Studio.objects.filter(pk=cast.studio.pk).update(plan_goals="\n" * 5000)
    client = sign_in(cast.lead)
    began = time.process_time()
    answer = client.get(reverse("reviews:form", args=[application.pk, kind]))
    assert time.process_time() - began < 5
    assert (answer.status_code, answer["Location"]) == (302, application.get_absolute_url())
    assert any("申报表容纳不下" in str(one) for one in get_messages(answer.wsgi_request))


def test_the_measure_leaves_room_for_what_people_write(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, returned=True)
    crowd(cast.studio, 60)
    texts = dict.fromkeys(["direction", "plan_goals", "plan_first_year", "plan_outcomes"], "计划\n" * 600)
    Studio.objects.filter(pk=cast.studio.pk).update(**texts)
    answer = sign_in(cast.lead).get(reverse("reviews:form", args=[application.pk, "docx"]))
    assert answer.status_code == 200


def test_room_counts_every_text_wherever_it_stands():
    assert papers._room({"a": "四个字的", "b": [["二字", None], {"c": "一\n"}], "d": 5}) == 4 + 2 + 2 + 30
