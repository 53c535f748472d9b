"""The public check of a certificate: finding one by what stands on it, at a modest rate."""

from __future__ import annotations

import re
import unicodedata

from allauth.core.internal.ratelimit import get_ip
from django import forms
from django.utils.translation import gettext_lazy as _

from records.rates import Rate
from studios.models import Certificate

CHECKS = Rate(60, 10 * 60)
WITHOUT_HYPHEN = re.compile(r"^(20\d\d)(\d{3,6})$", re.ASCII)
DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−－"), "-")


class CheckForm(forms.Form):
    number = forms.CharField(
        label=_("Certificate number"),
        help_text=_("It stands at the foot of the certificate and of the plaque, such as 2026-003."),
        max_length=40,
        error_messages={"required": _("Enter the certificate number.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_number(self) -> str:
        """Full-width digits, long dashes and spaces are what phones and people write; they mean the same."""
        text = unicodedata.normalize("NFKC", self.cleaned_data["number"]).translate(DASHES)
        return "".join(text.split()).upper()


def find(asked: str) -> Certificate | None:
    """The certificate of that number, written with or without its hyphen, or of that code; or None."""
    number = WITHOUT_HYPHEN.sub(r"\1-\2", asked)
    return Certificate.objects.filter(number=number).first() or Certificate.objects.filter(code=asked).first()


def checks_left(request) -> bool:
    """Whether this address may ask once more; nobody walks through the numbers."""
    return CHECKS.take(f"check:{get_ip(request)}") is not None
