"""The form of an achievement."""

from django.utils.translation import gettext_lazy as _

from ledgers.models import Achievement
from studios import inputs
from studios.articles import linked
from studios.row_forms import RowForm


class AchievementForm(RowForm):
    benefit_amount = inputs.amount(required=False, help_text=_("“12万元” is understood as well."))
    files = inputs.FilesField(label=_("Proof of recognition"), help_text=inputs.FILES_HINT)

    class Meta:
        model = Achievement
        fields = [
            "title",
            "kind",
            "number",
            "owner",
            "share",
            "level",
            "recognised_by",
            "recognised_on",
            "benefit_amount",
            "benefit",
        ]
        widgets = {"recognised_on": inputs.day()}
        help_texts = {
            "number": _("Of the patent, paper, standard or certificate"),
            "owner": linked(_("Who owns the result (Article 17)")),
            "share": _("The studio’s part, such as “first author” or “40 %”"),
            "recognised_by": linked(
                _("Somebody outside the studio; only then does the result count for the condition.")
            ),
            "benefit": _("Whom it serves and how, in a sentence"),
        }
