"""How much a studio's papers may hold; whoever sends more by hand is told at the field, and nothing of it is kept."""

import time
import uuid

import pytest
from django.urls import reverse

from studios import pasting, rowkinds
from studios.forms import MOST_TEXT, LeadForm, PlanForm
from studios.models import BudgetLine, Draft, Studio

PLAN = PlanForm.Meta.fields
LONG = "目" * (MOST_TEXT + 1)


@pytest.mark.parametrize(("form", "name"), [*((PlanForm, name) for name in PLAN), (LeadForm, "direction")])
def test_a_long_text_is_told_at_its_field(cast, form, name):
    assert form({name: LONG}, instance=cast.studio).errors[name] == ["这里最多填 2000 字，现有 2001 字。"]


def test_line_breaks_count_once_as_in_the_browser(cast):
    text = "目标\n" * (MOST_TEXT // 3)
    sent = text.replace("\n", "\r\n")
    assert len(sent) > MOST_TEXT
    assert "plan_goals" not in PlanForm({"plan_goals": sent}, instance=cast.studio).errors


@pytest.mark.parametrize("length", [MOST_TEXT + 1, 1_500_000])
@pytest.mark.parametrize("name", ["part", "autosave"])
def test_a_text_that_is_too_long_is_never_saved(cast, sign_in, name, length):
    url = reverse(f"studios:{name}", args=[cast.studio.pk, "plan"])
    answer = sign_in(cast.lead).post(url, {"plan_goals": "长" * length})
    assert answer.status_code == (413 if name == "autosave" and length > 10_000 else 200)
    assert Studio.objects.get(pk=cast.studio.pk).plan_goals == cast.studio.plan_goals
    assert Draft.objects.count() == (1 if length < 10_000 else 0)


# -- rows


def full(studio, number: int) -> None:
    """Budget lines up to so many."""
    BudgetLine.objects.bulk_create(
        BudgetLine(studio=studio, year=2026, purpose=f"用途{at}", source="unit", amount=1)
        for at in range(number - studio.budget_lines.count())
    )


def test_every_kind_has_its_most():
    kinds = ("honours", "members", "projects", "results", "budget", "rules")
    assert {key: rowkinds.get(key).most for key in kinds} == {
        **dict.fromkeys(kinds, 200),
        "members": 300,
    }


def test_a_row_too_many_is_refused_in_words_and_stays_as_typed(cast, sign_in):
    full(cast.studio, 200)
    url = reverse("studios:row_add", args=[cast.studio.pk, "budget"])
    row = {"year": "2026", "purpose": "再来", "source": "unit", "amount": "5", "once": str(uuid.uuid4())}
    client = sign_in(cast.lead)
    answer = client.post(url, row)
    assert "最多填 200 行" in answer.content.decode()
    assert cast.studio.budget_lines.count() == 200
    assert Draft.objects.get().data["purpose"] == ["再来"]
    cast.studio.budget_lines.first().delete()
    assert client.post(url, row).status_code == 302
    assert cast.studio.budget_lines.count() == 200


def test_pasting_fills_up_to_the_most_and_names_the_rows_that_are_left(cast):
    full(cast.studio, 198)
    kind = rowkinds.get("budget")
    text = "\n".join(f"2026\t另一{at}\t单位\t100" for at in range(5))
    pasted = pasting.read(text, kind, cast.studio)
    assert [number for number, _form in pasted.good] == [1, 2]
    assert pasted.bad == [3, 4, 5]
    assert {problem.reason for problem in pasted.problems} == {"这里最多填 200 行，请先删去不需要的行。"}
    assert pasting.add(pasted, once=uuid.uuid4(), kind=kind) == 2
    assert cast.studio.budget_lines.count() == 200


def test_pasted_brackets_cost_as_much_as_other_letters(cast):
    kind = rowkinds.get("budget")

    def cost(letters):
        began = time.thread_time()
        pasting.read("(" * letters + "\t用途\n1\t2", kind, cast.studio)
        return time.thread_time() - began

    cost(100)
    assert cost(190_000) < 40 * max(cost(19_000), 0.005)
