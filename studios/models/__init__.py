from studios.models.editing import Draft, PartVersion, Presence
from studios.models.policy import Policy
from studios.models.rows import BudgetLine, Honour, Member, Project, Rank, RuleDocument, Venue
from studios.models.studio import HOLDS_TITLE, KINDS, LIVE, Editor, State, Studio, StudioLog, derived_name
from studios.models.title import Certificate, CertificateState, Cycle, IssuedPaper, Verdict

__all__ = [
    "HOLDS_TITLE",
    "KINDS",
    "LIVE",
    "BudgetLine",
    "Certificate",
    "CertificateState",
    "Cycle",
    "Draft",
    "Editor",
    "Honour",
    "IssuedPaper",
    "Member",
    "PartVersion",
    "Policy",
    "Presence",
    "Project",
    "Rank",
    "RuleDocument",
    "State",
    "Studio",
    "StudioLog",
    "Venue",
    "Verdict",
    "derived_name",
]
