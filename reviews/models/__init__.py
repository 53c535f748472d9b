from reviews.models.application import Application, ApplicationLog
from reviews.models.assignment import HOLDING, UNDER_WAY, Assignment, AssignmentLog, Mark
from reviews.models.document import DecisionDocument
from reviews.models.endorsement import Endorsement, PaperForm, PaperFormLog, Part
from reviews.models.panel import Panelist, Relation
from reviews.models.round import FIRST_YEAR, Round
from reviews.models.rubric import Criterion, Rubric
from reviews.models.snapshot import Correction, Declaration, Snapshot, checksum
from reviews.models.states import EDITABLE, ENDED, HANDS_IN, OPEN, Decision, Refusal, State

__all__ = [
    "EDITABLE",
    "ENDED",
    "FIRST_YEAR",
    "HANDS_IN",
    "HOLDING",
    "OPEN",
    "UNDER_WAY",
    "Application",
    "ApplicationLog",
    "Assignment",
    "AssignmentLog",
    "Correction",
    "Criterion",
    "Decision",
    "DecisionDocument",
    "Declaration",
    "Endorsement",
    "Mark",
    "Panelist",
    "PaperForm",
    "PaperFormLog",
    "Part",
    "Refusal",
    "Relation",
    "Round",
    "Rubric",
    "Snapshot",
    "State",
    "checksum",
]
