"""Form fields that read what people type: amounts as 12万元, areas as 86 平方米, several files at once."""

from __future__ import annotations

from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from records import cells
from records.attachments import ACCEPT


class ReadNumber(forms.DecimalField):
    """A decimal field that reads a number as a clerk would; ``read`` is one of the readers of ``records.cells``."""

    widget = forms.TextInput

    def __init__(self, *, read, **kwargs):
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        self.read = read
        super().__init__(**kwargs)

    def prepare_value(self, value):
        """A stored number as somebody would write it: 120, not 120.0."""
        return f"{value.normalize():f}" if isinstance(value, Decimal) else value

    def to_python(self, value):
        if value in self.empty_values or cells.blank(value):
            return None
        try:
            return super().to_python(self.read(value))
        except (cells.Refused, ValidationError):
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None


def amount(**kwargs) -> ReadNumber:
    """Yuan; ``12万元`` and ``￥120,000`` are read as well."""
    messages = {"invalid": _("Write the amount as a number, such as 12000 or 1.2万.")}
    kwargs = {"max_digits": 14, "decimal_places": 2, "min_value": 0, "error_messages": messages} | kwargs
    return ReadNumber(read=cells.amount(), **kwargs)


def area(**kwargs) -> ReadNumber:
    """Square metres, with or without the unit."""
    read = cells.quantity("平方米", "平米", "㎡", "m²", "m2")
    messages = {"invalid": _("Write the area as a number, such as 86.")}
    kwargs = {"max_digits": 8, "decimal_places": 1, "min_value": 1, "error_messages": messages} | kwargs
    return ReadNumber(read=read, **kwargs)


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files; what they are is checked by content when they are kept."""

    widget = FilesInput

    def __init__(self, *, accept: str = ACCEPT, **kwargs):
        widget = FilesInput(attrs={"accept": accept})
        super().__init__(**{"required": False, "widget": widget, **kwargs})

    def clean(self, value, initial=None) -> list:
        return [file for file in (value if isinstance(value, list) else [value]) if file]

    def has_changed(self, initial, data) -> bool:
        return bool(data)


def day(**attrs) -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", **attrs})


FILES_HINT = _("PDF, JPG, PNG, DOCX or XLSX, at most 20 MB each")
PHOTOS_HINT = _("JPG or PNG, at most 20 MB each, six in all")
