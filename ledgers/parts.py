"""The results as a part of the papers: they are the first achievements in the studio's ledger (Art. 10)."""

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from studios import parts


def _missing(studio) -> list[str]:
    return [] if studio.achievements.exists() else [_now("Enter at least one result.")]


def register() -> None:
    parts.register(
        parts.Part(
            "results",
            _("Innovation results"),
            4,
            "3(4)",
            _missing,
            lambda studio: studio.achievements.exists(),
            condition=4,
        )
    )
