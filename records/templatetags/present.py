"""How dates, amounts, people, states, forms and charts are shown, the same on every page."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django import forms, template
from django.db.models import Model
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

register = template.Library()

SOON = 7


def _as_day(value: dt.date | dt.datetime) -> dt.date:
    if isinstance(value, dt.datetime):
        return (timezone.localtime(value) if timezone.is_aware(value) else value).date()
    return value


@register.filter
def cn_date(value: dt.date | dt.datetime | None, style: str = "") -> str:
    """2026年3月12日; with style ``short`` 3月12日, with ``weekday`` 2026年3月12日 星期四."""
    if not value:
        return "—"
    day = _as_day(value)
    words = date_format(day, "MONTH_DAY_FORMAT" if style == "short" else "DATE_FORMAT")
    return f"{words} {date_format(day, 'l')}" if style == "weekday" else words


def day_of_record(value: dt.date | dt.datetime | None) -> str:
    """2026年3月12日 in whatever language the page is read, for the record is kept in Chinese; empty for no day."""
    if not value:
        return ""
    day = _as_day(value)
    return f"{day.year}年{day.month}月{day.day}日"


@register.filter
def moment(value: dt.datetime | None) -> str:
    """3月8日 09:12, with the year when it is not this one."""
    if not value:
        return "—"
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    this_year = local.year == timezone.localdate().year
    return f"{date_format(local, 'MONTH_DAY_FORMAT' if this_year else 'DATE_FORMAT')} {local:%H:%M}"


@register.filter
def money(value: Decimal | int | None) -> str:
    """12,000.00, or a dash for nothing written."""
    return "—" if value in (None, "") else number_format(value, decimal_pos=2, force_grouping=True)


@register.filter
def days_left(value: dt.date | dt.datetime | None, on: dt.date | None = None) -> str:
    """还有 19 天, 今天到期, 已逾期 2 天; ``on`` is today when left out."""
    if not value:
        return _("No date set")
    days = (_as_day(value) - (on or timezone.localdate())).days
    if days < 0:
        return ngettext("%(days)d day late", "%(days)d days late", -days) % {"days": -days}
    if days == 0:
        return _("due today")
    return ngettext("%(days)d day left", "%(days)d days left", days) % {"days": days}


@register.simple_tag
def due(value: dt.date | dt.datetime | None, on: dt.date | None = None) -> str:
    """The date by which a thing is to be done, with the days that are left or have passed."""
    if not value:
        return format_html('<span class="when">{}</span>', _("No date set"))
    today = on or timezone.localdate()
    days = (_as_day(value) - today).days
    look = " late" if days < 0 else " soon" if days <= SOON else ""
    day = cn_date(value, "short" if _as_day(value).year == today.year else "")
    return format_html('<span class="when{}">{} · {}</span>', look, days_left(value, today), day)


@register.filter
def labelled(cells: list[str], headings: list[dict]) -> list[str]:
    """The cells of a row in a list of the office, each with the heading of its column; the box to tick has none."""
    return [_labelled(cell, capfirst(head["text"])) for cell, head in zip(cells, headings, strict=True)]


def _labelled(cell: str, heading: str) -> str:
    if not cell.startswith("<td") or "action-checkbox" in cell:
        return cell
    rest = mark_safe(cell.removeprefix("<td"))  # noqa: S308 - the stock admin has escaped it
    return format_html('<td data-label="{}"{}', heading, rest)


@register.filter
def person(user: Model | None) -> str:
    """A person with their unit: 龚䶮（机械与动力工程学院）."""
    if user is None:
        return "—"
    unit = getattr(user, "unit", None)
    return _("%(name)s (%(unit)s)") % {"name": user, "unit": unit} if unit else str(user)


@register.inclusion_tag("components/state.html")
def state(row: Model) -> dict:
    """The state of a row in words; its ``STATE_LOOKS`` names the look of each state."""
    return {"label": row.get_state_display(), "look": getattr(row, "STATE_LOOKS", {}).get(row.state, "")}


def badge(label: str, look: str = "") -> str:
    """A state in words, in the look it has everywhere, where no template stands: in the lists of the office."""
    return render_to_string("components/state.html", {"label": label, "look": look})


def state_badge(row: Model) -> str:
    """The state of a row, as ``badge``."""
    return badge(**state(row))


def _kind(widget: forms.Widget) -> str:
    if isinstance(widget, forms.CheckboxInput):
        return "checkbox"
    if isinstance(widget, (forms.RadioSelect, forms.CheckboxSelectMultiple)):
        return "group"
    return "parts" if isinstance(widget, (forms.MultiWidget, forms.SelectDateWidget)) else "one"


def _control_class(widget: forms.Widget, width: str) -> str:
    own = widget.attrs.get("class", "")
    if isinstance(widget, forms.CheckboxInput):
        base = "form-check-input"
    else:
        base = "form-select" if isinstance(widget, (forms.Select, forms.SelectDateWidget)) else "form-control"
    return " ".join(part for part in (base, own, f"w-{width}" if width else "") if part)


@register.inclusion_tag("components/field.html")
def field(bound: forms.BoundField, label: str = "", hint: str = "", width: str = "") -> dict:
    """One field of a form in the one look: label, hint, error above the field, field.

    :param width: ``tiny``, ``short`` or ``mid``; the whole line when left out.
    """
    widget = bound.field.widget
    hint = hint or bound.help_text
    described = [f"{bound.auto_id}_helptext"] if hint else []
    described += [f"{bound.auto_id}_error"] if bound.errors else []
    kind = _kind(widget)
    attrs = {"class": _control_class(widget, width)}
    if described and kind in ("one", "checkbox"):
        attrs["aria-describedby"] = " ".join(described)
    if isinstance(widget, forms.PasswordInput):
        attrs["placeholder"] = ""  # allauth repeats the label there
    return {
        "bound": bound,
        "errors": said_of(bound),
        "kind": kind,
        "label": label or bound.label,
        "hint": hint,
        # A field that may be saved empty and is still asked for (``needed``) is not called optional.
        "optional": not (
            bound.field.required or bound.field.disabled or getattr(bound.field, "needed", False)
        ),
        "described": " ".join(described),
        "control": "" if kind == "group" else bound.as_widget(attrs=attrs),
    }


def said_of(bound: forms.BoundField) -> list[str]:
    """The errors of a field; Django's “this field is required” is said with the name of what is missing."""
    field = bound.field
    lines = []
    for error in bound.form.errors.get(bound.name, forms.utils.ErrorList()).as_data():
        plain = error.code == "required" and error.message == forms.Field.default_error_messages["required"]
        if not plain:
            lines += [str(message) for message in error.messages]
        elif isinstance(field.widget, forms.CheckboxInput):
            lines.append(_("Tick “%(label)s”") % {"label": bound.label})
        elif isinstance(field.widget, (forms.Select, forms.RadioSelect, forms.CheckboxSelectMultiple)):
            lines.append(_("Choose “%(label)s”") % {"label": bound.label})
        else:
            lines.append(_("Fill in “%(label)s”") % {"label": bound.label})
    return lines


def _anchor(bound: forms.BoundField) -> str:
    return bound.id_for_label or f"{bound.auto_id}_0"


def _lines(form: forms.BaseForm) -> list[dict]:
    lines = [{"anchor": "", "text": error} for error in form.non_field_errors()]
    return lines + [{"anchor": _anchor(bound), "text": error} for bound in form for error in said_of(bound)]


@register.inclusion_tag("components/errors.html")
def error_summary(*given: forms.BaseForm | forms.BaseFormSet | None) -> dict:
    """Every error of the forms and formsets, each leading to its field; nothing when there is none."""
    lines = []
    for one in given:
        if isinstance(one, forms.BaseFormSet):
            lines += [{"anchor": "", "text": error} for error in one.non_form_errors()]
            lines += [line for form in one.forms for line in _lines(form)]
        elif one is not None:
            lines += _lines(one)
    return {"lines": lines}


@register.inclusion_tag("components/errors.html")
def office_errors(adminform, inlines) -> dict:
    """As ``error_summary``, of a form of the office and its rows. Each error names its field: what Django says does
    not.
    """
    lines = []
    for form in (adminform.form, *(form for inline in inlines for form in inline.formset.forms)):
        lines += [{"anchor": "", "text": error} for error in form.non_field_errors()]
        lines += [
            {
                "anchor": _anchor(bound),
                "text": _("%(field)s: %(error)s") % {"field": bound.label, "error": error},
            }
            for bound in form
            for error in bound.errors
        ]
    for inline in inlines:
        lines += [{"anchor": "", "text": error} for error in inline.formset.non_form_errors()]
    return {"lines": lines}


@register.inclusion_tag("components/chart.html")
def bar_chart(pairs: list[tuple[str, int]], title: str, unit: str = "", room: int = 50) -> dict:
    """Bars of (label, number), with the same figures as a table. The longest bar takes half the width, or ``room`` per
    cent of it.
    """
    pairs = list(pairs)
    most = max([number for _label, number in pairs] or [0]) or 1
    widest = max(
        [sum(14 if ord(sign) > 0x2E80 else 8 for sign in str(label)) for label, _number in pairs] or [0]
    )
    bars = [
        {
            "label": label,
            "number": number,
            "value": f"{number} {unit}".strip(),
            "y": 4 + 32 * place,
            "text_y": 19 + 32 * place,
            "width": round(room * number / most, 1),
        }
        for place, (label, number) in enumerate(pairs)
    ]
    spoken = _("%(title)s: %(figures)s") % {
        "title": title,
        "figures": _(", ").join(f"{bar['label']} {bar['value']}" for bar in bars),
    }
    return {
        "bars": bars,
        "title": title,
        "unit": unit,
        "spoken": spoken,
        "height": 32 * len(bars),
        "gutter": min(widest, 150) + 14,
    }
