"""The results as a part of the papers: entered there, they are the first achievements in the ledger."""

import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from ledgers.evidence import findings
from ledgers.models import Achievement
from tests.factories import PolicyFactory, StudioFactory

RESULT = {"kind": "invention", "title": "一种主轴监测方法", "owner": "申江大学", "share": "第一完成人"}


@pytest.fixture
def studio(db):
    PolicyFactory()
    return StudioFactory()


@pytest.fixture
def add(studio, sign_in):
    """``add(field=…)`` sends the form of a new result, signed in as the lead."""
    url = reverse("studios:row_add", args=[studio.pk, "results"])
    client = sign_in(studio.lead)
    return lambda **fields: client.post(url, {**RESULT, **fields, "once": str(uuid.uuid4())})


def test_a_recognised_result_counts_for_the_fourth_condition(studio, add):
    today = timezone.localdate()
    add(recognised_by="国家知识产权局", recognised_on=today.isoformat(), benefit_amount="12万元")
    result = Achievement.objects.get(studio=studio)
    assert (result.benefit_amount, result.owner, result.share) == (120000, "申江大学", "第一完成人")
    assert findings(studio, on=today)[3].value == "met"


def test_a_result_that_nobody_recognised_is_kept_and_does_not_count(studio, add):
    assert add().status_code == 302
    assert findings(studio, on=timezone.localdate())[3].value == "unmet"


@pytest.mark.parametrize("half", [{"recognised_by": "国家知识产权局"}, {"recognised_on": "2025-05-10"}])
def test_recognition_needs_both_the_body_and_the_day(studio, add, half):
    answer = add(**half)
    assert answer.status_code == 200
    assert answer.context["form"].non_field_errors()
    assert not Achievement.objects.exists()


def test_a_loss_is_no_benefit(studio, add):
    assert "benefit_amount" in add(benefit_amount="-5").context["form"].errors
