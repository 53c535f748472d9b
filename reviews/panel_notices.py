"""What experts are told of being asked, and of days put off. A blind review names nobody, in the mail either."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.urls import reverse

from accounts.delivery import notify
from records.templatetags.present import day_of_record

MOST_NAMED = 20  # titles in one letter


def tell_of_assignments(assignments: Iterable, round_) -> None:
    """Each expert is asked once, however many applications are theirs at a time."""
    for expert, own in _by_expert(assignments).items():
        first, titles = own[0], [one.title for one in own]
        if len(own) == 1:
            subject = f"请您评审{first.title}"
            body = f"校工会邀请您评审{round_.title}的申报材料（{first.title}）。"
        else:
            subject = f"请您评审{round_.title}的{len(own)}份申报材料"
            body = f"校工会邀请您评审以下申报材料：\n{_listed(titles)}\n\n"
        notify(
            [expert],
            f"assignment:{first.pk}",
            subject=subject,
            body=(
                f"{body}如与该工作室有利害关系，请申请回避；否则请在{day_of_record(first.due_on)}前完成评分。"
            ),
            url=first.get_absolute_url() if len(own) == 1 else reverse("reviews:reviews"),
        )


def tell_of_new_day(assignments: Iterable, logs: Iterable) -> None:
    """The day on which sheets are due was put off; one letter to each expert.

    :param logs: the rows of the log that say so, one of each assignment in the same order.
    """
    rows = list(assignments)
    log_of = {row.pk: log for row, log in zip(rows, logs, strict=True)}
    for expert, own in _by_expert(rows).items():
        notify(
            [expert],
            f"assignment-put-off:{log_of[own[0].pk].pk}",
            subject=f"评审截止日期延至{day_of_record(own[0].due_on)}",
            body=f"以下申报材料的评审截止日期延至{day_of_record(own[0].due_on)}：\n"
            + _listed([one.title for one in own]),
            url=own[0].get_absolute_url() if len(own) == 1 else reverse("reviews:reviews"),
        )


def _by_expert(assignments: Iterable) -> dict:
    found = defaultdict(list)
    for one in assignments:
        found[one.expert].append(one)
    return found


def _listed(titles: list[str]) -> str:
    rest = f"\n……共{len(titles)}份" if len(titles) > MOST_NAMED else ""
    return "\n".join(titles[:MOST_NAMED]) + rest
