"""The results as a part of the papers: they are the first achievements in the studio's ledger (Art. 10)."""

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from ledgers.columns import achievements
from ledgers.forms import AchievementForm
from ledgers.models import Achievement
from studios import parts, rowkinds


def _missing(studio) -> list[str]:
    return [] if parts.holds(studio, "achievements") else [_now("Enter at least one result.")]


def register() -> None:
    parts.register(
        parts.Part(
            "results",
            _("Innovation results"),
            4,
            "3(4)",
            _missing,
            lambda studio: parts.holds(studio, "achievements"),
            condition=4,
            holds=("achievements",),
        )
    )
    rowkinds.register(
        rowkinds.RowKind(
            "results",
            "results",
            "achievements",
            Achievement,
            AchievementForm,
            _("Innovation results"),
            ("title", "kind", "level", "recognised_on", "benefit_amount"),
            achievements,
            empty=_(
                "Enter patents, papers, awards, transfers; a result counts once somebody outside has recognised it."
            ),
            slot="proof",
            detail=("number", "owner", "share", "recognised_by", "benefit"),
        )
    )
