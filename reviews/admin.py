"""The office's screens; they live in ``reviews/office``."""

from reviews.office import (
    applications,
    assignments,
    documents,
    notices,
    objections,
    papers,
    queues,
    relations,
    rounds,
    rubrics,
    trail,
)

__all__ = [
    "applications",
    "assignments",
    "documents",
    "notices",
    "objections",
    "papers",
    "queues",
    "relations",
    "rounds",
    "rubrics",
    "trail",
]
