"""Papers may be filled in after handing in; whoever does so reads that it is not part of the application."""

import pytest
from django.urls import reverse

from reviews.models import State
from studios import parts
from studios.models import Studio
from tests.factories import ApplicationFactory, RoundFactory, bring_to

pytestmark = pytest.mark.django_db
WORDS = "已提交第 {} 版，此后的修改不进入本次申报"


def pages(studio) -> list[str]:
    row = studio.honours.get()
    return [
        reverse("studios:parts", args=[studio.pk]),
        *(reverse("studios:part", args=[studio.pk, part.key]) for part in parts.all_parts()),
        reverse("studios:row", args=[studio.pk, "honours", row.pk]),
        reverse("studios:row_add", args=[studio.pk, "projects"]),
        reverse("studios:rows_paste", args=[studio.pk, "projects"]),
    ]


def saying(client, studio, words: str) -> int:
    return sum(words in client.get(url).content.decode() for url in pages(studio))


@pytest.mark.parametrize("state", [State.SUBMITTED, State.RECOMMENDED, State.ACCEPTED, State.HELD])
def test_every_page_of_the_papers_says_so_while_it_is_handed_in(cast, sign_in, state):
    client = sign_in(cast.lead)
    bring_to(ApplicationFactory(studio=cast.studio), state)
    assert saying(client, cast.studio, WORDS.format(1)) == len(pages(cast.studio)) == 11


@pytest.mark.parametrize("state", [None, State.DRAFT, State.RETURNED, State.WITHDRAWN])
def test_nothing_is_said_while_it_is_filled_in_or_over(cast, sign_in, state):
    RoundFactory()
    if state:
        bring_to(ApplicationFactory(studio=cast.studio), state)
    assert saying(sign_in(cast.lead), cast.studio, "此后的修改不进入本次申报") == 0


def test_the_version_is_the_one_handed_in_last(cast):
    application = ApplicationFactory(studio=cast.studio, returned=True)
    application.resubmit(by=cast.lead, on=application.round.opens_on)
    assert parts.standing(Studio.objects.get(pk=cast.studio.pk)).startswith(WORDS.format(2))
