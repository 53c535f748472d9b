"""Kinds of outgoing items of this package; every process imports this module."""

from reviews import award, issuing, results_exports

__all__ = ["award", "issuing", "results_exports"]
