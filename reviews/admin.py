"""The office's screens; they live in ``reviews/office``."""

from reviews.office import applications, documents, papers, queues, rounds, trail

__all__ = ["applications", "documents", "papers", "queues", "rounds", "trail"]
