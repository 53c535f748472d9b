"""The rows this package keeps; each is defined beside the code that uses it."""

from records.attachments import Attachment
from records.calendar import CalendarDay
from records.jobs import Job, Outbox
from records.numbers import NumberSequence
from records.pending import PendingImport

__all__ = ["Attachment", "CalendarDay", "Job", "NumberSequence", "Outbox", "PendingImport"]
