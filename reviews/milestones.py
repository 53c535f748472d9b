"""On which days somebody is reminded of what is due: some days before it, and every so many days after it."""

from __future__ import annotations

from datetime import date, timedelta


def newest(
    due: date, on: date, *, before: tuple[int, ...], every: int = 0, since: date | None = None
) -> int | None:
    """The newest milestone that has come by ``on``, or None when there is none yet.

    Whoever asks on a day without milestone learns of the last one, so a day that was missed is made up for; of
    several that were missed only the newest is left to send.

    :param before: how many days before ``due`` there is a milestone.
    :param every: how many days lie between two milestones after ``due``; 0 for none.
    :param since: when it began to wait; who was told of it that day is not reminded of earlier milestones.
    :returns: in days from ``due``: −30 is thirty days before it, 7 a week after it.
    """
    passed = (on - due).days
    offsets = [-days for days in before if -days <= passed]
    if every and passed >= every:
        offsets.append(passed - passed % every)
    if since is not None:
        offsets = [offset for offset in offsets if due + timedelta(offset) >= since]
    return max(offsets, default=None)
