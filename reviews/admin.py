"""The office's screens; they live in ``reviews/office``."""

from reviews.office import applications, assignments, documents, papers, queues, rounds, rubrics, trail

__all__ = ["applications", "assignments", "documents", "papers", "queues", "rounds", "rubrics", "trail"]
