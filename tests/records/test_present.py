"""Dates, amounts, people, states, forms and charts as they are shown."""

from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest
import time_machine
from django import forms
from django.template import Context, Template
from django.utils.translation import override

from records.templatetags.present import cn_date, days_left, due, moment, money, person

DAY = date(2026, 3, 12)


def show(source: str, **context) -> str:
    return Template("{% load present %}" + source).render(Context(context))


def test_dates():
    assert [cn_date(DAY), cn_date(DAY, "short"), cn_date(DAY, "weekday"), cn_date(None)] == [
        "2026年3月12日",
        "3月12日",
        "2026年3月12日 星期四",
        "—",
    ]


def test_a_moment_is_told_in_shanghai_and_with_its_year_when_it_is_another():
    at = datetime(2026, 3, 8, 16, 12, tzinfo=UTC)
    with time_machine.travel("2026-06-01"):
        assert moment(at) == "3月9日 00:12"
        assert cn_date(at) == "2026年3月9日"
    with time_machine.travel("2027-06-01"):
        assert moment(at) == "2026年3月9日 00:12"


def test_english_dates():
    with override("en"):
        assert cn_date(DAY) == "12 March 2026"


@pytest.mark.parametrize(
    ("amount", "words"),
    [(Decimal("12000"), "12,000.00"), (0, "0.00"), (Decimal("1234567.5"), "1,234,567.50"), (None, "—")],
)
def test_money(amount, words):
    assert money(amount) == words


@pytest.mark.parametrize(
    ("on", "words"),
    [
        (date(2026, 2, 21), "还有 19 天"),
        (date(2026, 3, 12), "今天到期"),
        (date(2026, 3, 14), "已逾期 2 天"),
    ],
)
def test_days_left(on, words):
    assert days_left(DAY, on) == words


def test_what_is_late_or_soon_is_marked_and_says_its_date():
    assert due(DAY, date(2026, 3, 14)) == '<span class="when late">已逾期 2 天 · 3月12日</span>'
    assert due(DAY, date(2026, 3, 10)) == '<span class="when soon">还有 2 天 · 3月12日</span>'
    assert due(DAY, date(2025, 12, 1)) == '<span class="when">还有 101 天 · 2026年3月12日</span>'
    assert due(None) == '<span class="when">无期限</span>'


def test_a_person_stands_with_their_unit():
    class Person(SimpleNamespace):
        def __str__(self):
            return self.name

    assert person(Person(name="龚䶮", unit="机械学院")) == "龚䶮（机械学院）"
    assert person(Person(name="龚䶮", unit=None)) == "龚䶮"
    assert person(None) == "—"


class Form(forms.Form):
    address = forms.CharField(label="地址", help_text="写到房间号")
    level = forms.ChoiceField(label="级别", choices=[("", "—"), ("a", "省部级")])
    kinds = forms.MultipleChoiceField(
        label="类型", choices=[("a", "科技"), ("b", "管理")], widget=forms.CheckboxSelectMultiple
    )
    agree = forms.BooleanField(label="属实")
    note = forms.CharField(label="备注", required=False, max_length=5)


def test_hint_and_error_are_tied_to_the_field():
    html = show("{% field form.address %}", form=Form({}))
    assert 'aria-describedby="id_address_helptext id_address_error"' in html
    assert 'aria-invalid="true"' in html
    assert html.index("写到房间号") < html.index("请填写“地址”") < html.index("<input")


def test_the_summary_names_each_field_and_leads_to_it():
    html = show("{% error_summary form %}", form=Form({"note": "太长太长太长"}))
    assert "有 5 处需要修改" in html
    for anchor, words in {
        "id_address": "请填写“地址”",
        "id_level": "请选择“级别”",
        "id_kinds_0": "请选择“类型”",
        "id_agree": "请勾选“属实”",
    }.items():
        assert f'<a href="#{anchor}">{words}</a>' in html


def test_anchors_of_the_summary_exist_in_the_form():
    form = Form({})
    html = show('{% include "components/form.html" with form=form only %}', form=form)
    for name in ("id_address", "id_level", "id_kinds_0", "id_agree"):
        assert f'id="{name}"' in html


def test_nothing_is_said_when_nothing_is_wrong():
    assert show("{% error_summary form None %}", form=Form()).strip() == ""


def test_formsets_are_summed_up_too():
    formset = forms.formset_factory(Form)
    data = {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "form-0-note": "x"}
    html = show("{% error_summary rows %}", rows=formset(data))
    assert 'href="#id_form-0-address"' in html


def test_only_what_may_be_left_out_is_called_optional():
    html = show("{% field form.note %}{% field form.level %}", form=Form())
    assert html.count("（选填）") == 1
    assert html.index("备注") < html.index("（选填）") < html.index("级别")


def test_a_chart_says_its_figures_and_has_them_as_a_table():
    html = show('{% bar_chart pairs title="职称" unit="人" %}', pairs=[("高级", 5), ("中级", 0)])
    assert 'role="img" aria-label="职称：高级 5 人、中级 0 人"' in html
    assert 'width="50.0%"' in html
    assert 'width="0.0%"' in html
    assert '<th scope="row">高级</th><td class="num">5</td>' in html
    assert "style=" not in html


def test_an_empty_chart_draws_nothing_and_does_not_divide_by_zero():
    assert "<rect" not in show('{% bar_chart pairs title="职称" %}', pairs=[])


def test_a_state_is_words_with_the_look_its_model_names():
    row = SimpleNamespace(state="named", STATE_LOOKS={"named": "met"}, get_state_display=lambda: "已命名")
    assert show("{% state row %}", row=row).strip() == '<span class="state met">已命名</span>'


def test_user_text_is_text():
    html = show("{% field form.address %}", form=Form({"address": '"><script>x</script>'}))
    assert "<script>" not in html
