"""What each move of an assignment is called, wherever its way is told: on its page and in the workbook of results."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reviews.panel_changes import PUT_OFF

DONE = {
    "assign": _("Assigned"),
    "accept": _("Accepted, no relation declared"),
    "decline": _("Declined"),
    "recuse": _("Recused"),
    "hand_in": pgettext_lazy("review", "Handed in"),
    "reopen": _("Given back to the expert"),
    "replace": _("Replaced"),
    PUT_OFF: _("Put off"),
}
