"""Kinds of jobs of this package; every process imports this module."""

from studios import issuing

__all__ = ["issuing"]
