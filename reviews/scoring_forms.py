"""What an expert fills in: the sheet, and the reason of an answer."""

from __future__ import annotations

import unicodedata
from decimal import Decimal, InvalidOperation

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews.forms import Words
from reviews.models.assignment import HALF

OVERALL = "overall"
LONGEST_COMMENT = 2000


def points_name(criterion) -> str:
    return f"points_{criterion.pk}"


def comment_name(criterion) -> str:
    return f"comment_{criterion.pk}"


def in_figures(number: Decimal) -> str:
    """A number without zeros that say nothing: 7.5, 8, 10."""
    return f"{Decimal(number).normalize():f}"


class PointsField(forms.Field):
    """A mark from 0 to ``top`` in halves; full-width figures and a 分 behind it are understood.

    A text field: the wheel of a mouse over a number field would change marks unseen.
    """

    def __init__(self, criterion, **kwargs):
        self.title, self.top, self.needed = criterion.title, criterion.top, True
        figures = {"inputmode": "decimal", "autocomplete": "off", "maxlength": 8}
        super().__init__(required=False, widget=forms.TextInput(attrs=figures), **kwargs)

    def prepare_value(self, value):
        return in_figures(value) if isinstance(value, Decimal) else value

    def to_python(self, value) -> Decimal | None:
        words = (
            unicodedata.normalize("NFKC", value or "").replace("。", ".").strip().removesuffix("分").strip()
        )
        if not words:
            return None
        try:
            mark = Decimal(words)
        except InvalidOperation:
            mark = None
        if mark is None or not mark.is_finite() or not 0 <= mark <= self.top or mark % HALF:
            raise forms.ValidationError(
                _now("%(criterion)s: give a mark from 0 to %(top)s, in steps of a half")
                % {"criterion": self.title, "top": self.top}
            )
        return mark.quantize(Decimal("0.1"))


class SheetForm(forms.Form):
    """A mark and a comment for each criterion, and the overall comment; nothing has to be there while one works."""

    def __init__(self, data=None, *, sheet, overall: str):
        super().__init__(data)
        self.sheet = sheet
        self.opened = ""
        self.unsaved: set[str] = set()
        for line in sheet:
            criterion = line.criterion
            self.fields[points_name(criterion)] = PointsField(
                criterion, label=_now("Mark"), initial=line.points
            )
            comment = _comment(_now("Comment"), line.comment)
            comment.needed = True  # at either end of the scale
            self.fields[comment_name(criterion)] = comment
        self.fields[OVERALL] = _comment(_now("Overall comment"), overall, rows=4)

    def rows(self) -> list[dict]:
        """Each criterion with its two fields, for the page, and whether one of these holds what was not saved."""
        return [
            {
                "line": line,
                "points": self[points_name(line.criterion)],
                "comment": self[comment_name(line.criterion)],
                "unsaved": not self.unsaved.isdisjoint(
                    {points_name(line.criterion), comment_name(line.criterion)}
                ),
            }
            for line in self.sheet
        ]


def _comment(label: str, initial: str, rows: int = 2) -> forms.CharField:
    field = forms.CharField(
        label=label,
        initial=initial,
        required=False,
        max_length=LONGEST_COMMENT,
        widget=forms.Textarea(attrs={"rows": rows}),
    )
    # The browser would cut off what is pasted; what is too long is said and stays in the page.
    del field.widget.attrs["maxlength"]
    return field


class RecuseForm(forms.Form):
    reason = Words(
        label=_("What the relation is"),
        help_text=_(
            "Staff read this and name another expert. You will not be asked about this studio again."
        ),
        missing=_("Say what the relation is."),
    )


class DeclineForm(forms.Form):
    reason = Words(label=_("Why you decline"), missing=_("Give the reason."))
