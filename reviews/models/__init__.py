from reviews.models.application import Application, ApplicationLog
from reviews.models.assignment import (
    HOLDING,
    KEEPS_AWAY,
    UNDER_WAY,
    Assignment,
    AssignmentLog,
    AssignmentState,
    Mark,
)
from reviews.models.document import DecisionDocument
from reviews.models.endorsement import Endorsement, PaperForm, PaperFormLog, Part
from reviews.models.moderation import Moderation, Visit
from reviews.models.notice import PublicNotice
from reviews.models.objection import OPEN_OBJECTIONS, Objection, ObjectionLog, ObjectionState
from reviews.models.panel import DeclaredBy, Panelist, Relation
from reviews.models.round import FIRST_YEAR, Round
from reviews.models.rubric import Criterion, Rubric
from reviews.models.snapshot import Correction, Declaration, Snapshot, checksum
from reviews.models.states import (
    DECIDES,
    EDITABLE,
    ENDED,
    HANDS_IN,
    IN_THE_OFFICE,
    OPEN,
    Decision,
    Refusal,
    State,
)

__all__ = [
    "DECIDES",
    "EDITABLE",
    "ENDED",
    "FIRST_YEAR",
    "HANDS_IN",
    "HOLDING",
    "IN_THE_OFFICE",
    "KEEPS_AWAY",
    "OPEN",
    "OPEN_OBJECTIONS",
    "UNDER_WAY",
    "Application",
    "ApplicationLog",
    "Assignment",
    "AssignmentLog",
    "AssignmentState",
    "Correction",
    "Criterion",
    "Decision",
    "DecisionDocument",
    "Declaration",
    "DeclaredBy",
    "Endorsement",
    "Mark",
    "Moderation",
    "Objection",
    "ObjectionLog",
    "ObjectionState",
    "Panelist",
    "PaperForm",
    "PaperFormLog",
    "Part",
    "PublicNotice",
    "Refusal",
    "Relation",
    "Round",
    "Rubric",
    "Snapshot",
    "State",
    "Visit",
    "checksum",
]
