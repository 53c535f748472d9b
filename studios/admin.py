"""The office's screens; they live in ``studios/office``."""

from studios.office import certificates, policy, studios, trail

__all__ = ["certificates", "policy", "studios", "trail"]
