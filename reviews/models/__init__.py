from reviews.models.application import Application, ApplicationLog
from reviews.models.document import DecisionDocument
from reviews.models.endorsement import Endorsement, PaperForm, PaperFormLog, Part
from reviews.models.round import FIRST_YEAR, Round
from reviews.models.snapshot import Correction, Declaration, Snapshot, checksum
from reviews.models.states import EDITABLE, ENDED, HANDS_IN, OPEN, Decision, Refusal, State

__all__ = [
    "EDITABLE",
    "ENDED",
    "FIRST_YEAR",
    "HANDS_IN",
    "OPEN",
    "Application",
    "ApplicationLog",
    "Correction",
    "Decision",
    "DecisionDocument",
    "Declaration",
    "Endorsement",
    "PaperForm",
    "PaperFormLog",
    "Part",
    "Refusal",
    "Round",
    "Snapshot",
    "State",
    "checksum",
]
