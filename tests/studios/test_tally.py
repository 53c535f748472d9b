"""One sum of the five conditions, in one set of words, wherever it is shown."""

import pytest
from django.urls import reverse

from studios.conditions import tally
from studios.models import Verdict
from tests.factories import StudioFactory

LIST = reverse("admin:studios_studio_changelist")


def test_what_is_judged_is_counted_by_itself():
    assert tally(["met"] * 4 + ["judge"]) == ("4 / 5", "已满足，1 项由专家评议")
    assert tally(["met", "unmet", "risk", "judge", "met"]) == ("2 / 5", "已满足，1 项由专家评议")
    assert tally(["met", "unmet"]) == ("1 / 2", "已满足")


@pytest.mark.django_db
def test_the_list_of_the_office_says_it_in_the_words_of_the_pages(
    cast, sign_in, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        good, lacking = StudioFactory(complete=True), StudioFactory(complete=True)
        lacking.venue.delete()
    assert Verdict.objects.filter(studio=lacking, value="unmet").count() == 1
    text = sign_in(cast.staff).get(LIST).content.decode()
    assert good.name in text
    assert "4 / 5 已满足，1 项由专家评议" in text
    assert "1 项未满足" in text
    assert "有条件未满足" in text
    assert "不符合" not in text
    assert "无缺项" not in text
