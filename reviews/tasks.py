"""Kinds of outgoing items of this package; every process imports this module."""

from reviews import issuing

__all__ = ["issuing"]
