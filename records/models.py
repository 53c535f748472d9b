"""The rows this package keeps; each is defined beside the code that uses it."""

from records.attachments import Attachment
from records.jobs import Job, Outbox
from records.numbers import NumberSequence

__all__ = ["Attachment", "Job", "NumberSequence", "Outbox"]
