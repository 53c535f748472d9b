"""What workers do for this package: letters and notices by mail, registered in ``accounts.delivery``."""

from accounts import delivery

__all__ = ["delivery"]
