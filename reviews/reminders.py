"""What is due and not yet reminded (Art. 8, 12): who is to do it, in which words, and where.

A reminder is a notice whose event names the thing and the day by which it is due, and whose milestone is the number
of days from that day. A notice is kept once, so a second run sends nothing; when the day is moved, the event is
another one. How many days before and after, the policy of the round or of the cycle says.

Whoever hands in or signs is reminded of each application; the union's office, where many wait for one day, of all of
them in one notice. Nobody is reminded of what they have done, or may not do because it is their own case.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from django.db.models import Exists, F, OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone, translation

from accounts.delivery import deliver, key_of
from accounts.models import Notice, RoleCode, User
from records.templatetags.present import cn_date
from reviews.milestones import newest
from reviews.models import Application, ApplicationLog, PaperForm, Part, State
from reviews.officers import Officers
from reviews.permissions import PERMISSIONS, open_signatures
from reviews.timeline import by_when
from studios.models import HOLDS_TITLE, Cycle, Policy

CHUNK = 500  # rows that are read together
NAMED = 20  # studios that a notice of the office lists

CLOSING = ("还有{days}天截止", "今天截止", "已截止{days}天")
DUE = ("还有{days}天到期", "今天到期", "已逾期{days}天")
NAMING = ("还有{days}天", "就在今天", "已过{days}天")
CYCLE = ("还有{days}天期满", "今天期满", "期满已{days}天")


def remind(on: date) -> int:
    """Remind everybody of what waits for them on a day; safe to run twice, and by two at once.

    :returns: how many notices were new.
    """
    officers = Officers()
    with translation.override("zh-hans"):
        return sum(deliver(not_sent_yet(list(waiting(on, officers)))) for waiting in WAITING)


def not_sent_yet(reminders: list[Notice]) -> Iterator[Notice]:
    """Without those of a milestone that has passed for who was reminded of a later one, such as by a run made up."""
    for start in range(0, len(reminders), CHUNK):
        some = reminders[start : start + CHUNK]
        people, events = {one.recipient_id for one in some}, {one.event for one in some}
        sent = Notice.objects.filter(event__in=events, recipient__in=people)
        last: dict[tuple[str, int], int] = {}
        for event, person, milestone in sent.values_list("event", "recipient", "milestone"):
            last[event, person] = max(int(milestone), last.get((event, person), int(milestone)))
        for one in some:
            event, milestone, person = key_of(one)
            if (event, person) not in last or int(milestone) > last[event, person]:
                yield one


# -- what waits --------------------------------------------------------------------------------


def waiting_applications(*states: State):
    """The applications in these states, with all that is asked of them, and since when they are in it."""
    entered = (
        ApplicationLog.objects.filter(application=OuterRef("pk"), to_state=OuterRef("state"))
        .exclude(from_state=OuterRef("state"))
        .order_by("-at")
    )
    forms = PaperForm.objects.filter(state=PaperForm.State.UPLOADED)
    return (
        Application.objects.filter(state__in=states)
        .annotate(since=Coalesce(Subquery(entered.values("at")[:1]), "created_at"))
        .select_related("round__policy", "studio__unit", "studio__lead")
        .prefetch_related("studio__editors__user", "studio__members", "endorsements", "assignments")
        .prefetch_related(Prefetch("paper_forms", forms, to_attr="forms_to_check"))
        .order_by("pk")
    )


class Due(NamedTuple):
    """An application whose step is due on ``day``; ``offset`` is the newest milestone, None when there is none."""

    application: Application
    day: date
    offset: int | None


def steps(applications, reminders: str, on: date) -> Iterator[Due]:
    """The step that each application waits for; ``reminders`` is the field of the policy that holds its days."""
    for application in applications.iterator(chunk_size=CHUNK):
        policy, day = application.round.policy, by_when(application, application.state)
        offset = newest(
            day,
            on,
            before=policy.days_before(reminders),
            every=policy.overdue_reminder_days,
            since=timezone.localdate(application.since),
        )
        yield Due(application, day, offset)


def due(applications, reminders: str, on: date) -> Iterator[Due]:
    return (step for step in steps(applications, reminders, on) if step.offset is not None)


# -- those who fill in -------------------------------------------------------------------------


def drafts(on: date, officers: Officers) -> Iterator[Notice]:
    """Who works on a draft, as long as it can be handed in."""
    open_still = Q(round__closes_on__gte=on) | Q(late_until__gte=on)
    for application, day, offset in due(
        waiting_applications(State.DRAFT).filter(open_still), "closing_reminders", on
    ):
        studio = application.studio.name
        for person in working_on(application.studio, officers):
            yield reminder(
                person,
                f"draft-closes:{application.pk}:{day}",
                offset,
                subject=f"{studio}的申报还没有提交，{when(CLOSING, day, on)}",
                body=f"{application.round.title}的申报到{cn_date(day)}截止。请把材料填写完整并提交；来不及的，请在截止前与校工会联系。",
                url=application.get_absolute_url(),
            )


def corrections(on: date, officers: Officers) -> Iterator[Notice]:
    """Who works on what came back to be corrected by a day."""
    returned = waiting_applications(State.RETURNED).filter(correct_by__isnull=False)
    for application, day, offset in due(returned, "correction_reminders", on):
        studio = application.studio.name
        for person in working_on(application.studio, officers):
            yield reminder(
                person,
                f"correction-due:{application.pk}:{day}",
                offset,
                subject=f"{studio}的申报材料等待修改，{when(DUE, day, on)}",
                body=f"申报材料退回后还没有重新提交，修改期限是{cn_date(day)}。退回原因列在申报页面上，改好后请重新提交。",
                url=application.get_absolute_url(),
            )


def working_on(studio, officers: Officers) -> list[User]:
    """Lead and co-editors; and the department union, where it runs the studio in the lead's place."""
    people = [studio.lead, *(editor.user for editor in studio.editors.all())]
    if studio.is_run_on_behalf:
        people += department_union(studio, officers)
    return people


def department_union(studio, officers: Officers) -> list[User]:
    """The officers of the department union, but for those of whom it is the own case."""
    holders = officers.of_unit(studio.unit, RoleCode.DEPARTMENT_UNION)
    return [person for person in holders if not studio.concerns(person)]


# -- those who sign ----------------------------------------------------------------------------


def signatures(on: date, officers: Officers) -> Iterator[Notice]:
    """Those who have to recommend or sign; what stands on a stamped form that is being checked is signed."""
    for application, day, offset in due(waiting_applications(State.SUBMITTED), "signing_reminders", on):
        studio = application.studio
        on_paper = {part for form in application.forms_to_check for part in form.signed_parts()}
        for person in officers.of_unit(studio.unit, RoleCode.DEPARTMENT_UNION, RoleCode.UNIT_LEADER):
            parts = [
                Part(part).label for part in open_signatures(person, application) if part not in on_paper
            ]
            if parts:
                yield reminder(
                    person,
                    f"signature-due:{application.pk}:{day}",
                    offset,
                    subject=f"{studio.name}的申报等待签署意见，{when(DUE, day, on)}",
                    body=f"{studio.unit.name}{studio.name}的申报还缺：{'、'.join(map(str, parts))}。"
                    f"签署期限是{cn_date(day)}。材料需要修改的，可以退回。",
                    url=reverse("reviews:sign", args=[application.pk]),
                )


def stamped_forms(on: date, officers: Officers) -> Iterator[Notice]:
    """Staff who may compare a stamped form; it is due when the signatures on it are."""
    uploaded = waiting_applications(State.SUBMITTED).filter(paper_forms__state=PaperForm.State.UPLOADED)
    for application, day, offset in due(
        uploaded.annotate(since=F("paper_forms__uploaded_at")), "signing_reminders", on
    ):
        form = next(iter(application.forms_to_check), None)
        if form is None:  # somebody has just checked it
            continue
        for person in officers.of(RoleCode.UNION_STAFF).values():
            may = person.has_perm("reviews.check_paper_form", application)
            if may and not form.why_not_checked_by(person):
                yield reminder(
                    person,
                    f"paper-form-due:{form.pk}:{day}",
                    offset,
                    subject=f"{application.studio.name}的盖章申报表等待核对，{when(DUE, day, on)}",
                    body=f"部门工会上传的盖章扫描件还没有核对。推荐和签署的期限是{cn_date(day)}。",
                    url=reverse("admin:reviews_paperform_change", args=[form.pk]),
                )


# -- the union's office ------------------------------------------------------------------------


class Desk(NamedTuple):
    """Whose turn it is in a state of the application, and the words for it."""

    code: str
    permission: str
    subject: str
    body: str
    words: tuple[str, str, str] = DUE


DESKS = {
    State.RECOMMENDED: Desk(
        RoleCode.UNION_STAFF,
        PERMISSIONS["accept"],
        "{count}份申报材料等待审核，{when}",
        "{round}：以下申报已经推荐、签署齐备，审核和决定的期限是{day}。\n{studios}",
    ),
    State.ACCEPTED: Desk(
        RoleCode.UNION_STAFF,
        PERMISSIONS["complete_review"],
        "{count}份申报正在专家评审，{when}",
        "{round}：以下申报正在专家评审，完成评审的期限是{day}。\n{studios}",
    ),
    State.REVIEWED: Desk(
        RoleCode.UNION_LEADER,
        PERMISSIONS["approve"],
        "{count}份申报等待决定，{when}",
        "{round}：以下申报已经完成专家评审，作出决定的期限是{day}。\n{studios}",
    ),
    State.PROPOSED: Desk(
        RoleCode.UNION_STAFF,
        "reviews.release_decisions",
        "{count}项决定等待公布，{when}",
        "{round}：以下申报已有决定，公布的期限是{day}。\n{studios}",
    ),
    State.HELD: Desk(
        RoleCode.UNION_LEADER,
        PERMISSIONS["approve"],
        "{count}份暂缓的申报等待决定，{when}",
        "{round}：以下申报曾暂缓决定，作出决定的期限是{day}。\n{studios}",
    ),
    State.APPROVED: Desk(
        RoleCode.UNION_LEADER,
        PERMISSIONS["name_studio"],
        "{count}个工作室等待命名，命名日{when}",
        "{round}：以下工作室的申报已获同意，命名日是{day}。\n{studios}",
        NAMING,
    ),
}


def desks(on: date, officers: Officers) -> Iterator[Notice]:
    """The union's staff and leaders, of all that waits at one desk for one day, once any of it has a milestone."""
    queues: dict[tuple, list[Due]] = defaultdict(list)
    for step in steps(waiting_applications(*DESKS), "decision_reminders", on):
        queues[step.application.state, step.application.round, step.day].append(step)
    for (state, round_, day), waiting in queues.items():
        offset = max((step.offset for step in waiting if step.offset is not None), default=None)
        if offset is None:
            continue
        desk = DESKS[State(state)]
        for person in officers.of(desk.code).values():
            own = [one.application for one in waiting if person.has_perm(desk.permission, one.application)]
            if own:
                facts = {"count": len(own), "when": when(desk.words, day, on), "day": cn_date(day)}
                yield reminder(
                    person,
                    f"desk:{state}:{round_.pk}:{day}",
                    offset,
                    subject=desk.subject.format(**facts),
                    body=desk.body.format(
                        **facts, round=round_.title, studios=listed([a.studio for a in own])
                    ),
                    url=place("reviews_application", own, {"state__exact": state}),
                )


def cycles(on: date, officers: Officers) -> Iterator[Notice]:
    """The end of a cycle (Art. 12): lead and department union of each studio, and the union's staff of all of them."""
    together: dict[tuple[date, int], list[Cycle]] = defaultdict(list)
    for cycle in ending_cycles(on).iterator(chunk_size=CHUNK):
        policy = cycle.policy
        before, every = policy.days_before("cycle_reminders"), policy.overdue_reminder_days
        offset = newest(cycle.ends_on, on, before=before, every=every, since=cycle.starts_on)
        if offset is not None:
            together[cycle.ends_on, offset].append(cycle)
            yield from _of_cycle(cycle, offset, on, officers)
    for (day, offset), ending in together.items():
        for person in officers.of(RoleCode.UNION_STAFF).values():
            studios = [cycle.studio for cycle in ending if not cycle.studio.concerns(person)]
            if studios:
                yield reminder(
                    person,
                    f"cycles-end:{day}",
                    offset,
                    subject=f"{len(studios)}个工作室的管理周期{when(CYCLE, day, on)}",
                    body=(
                        f"以下工作室的管理周期到{cn_date(day)}为止，请安排期满考核。\n{listed(studios)}"
                        if on <= day
                        else f"以下工作室的管理周期已于{cn_date(day)}期满，还没有考核结论。\n{listed(studios)}"
                    ),
                    url=place("studios_studio", studios, {"state__in": ",".join(sorted(HOLDS_TITLE))}),
                )


def _of_cycle(cycle: Cycle, offset: int, on: date, officers: Officers) -> Iterator[Notice]:
    studio, day = cycle.studio, cn_date(cycle.ends_on)
    if on <= cycle.ends_on:
        body = (
            f"第{cycle.number}个管理周期到{day}为止，期满时由校工会考核，决定是否保留称号（第十二条）。"
            "请核对五项基本条件，把成员、项目、成果等材料补充完整。"
        )
    else:
        body = f"第{cycle.number}个管理周期已于{day}期满，还没有考核结论。称号不会自动延续，也不会自动取消。"
    for person in [studio.lead, *department_union(studio, officers)]:
        yield reminder(
            person,
            f"cycle-ends:{cycle.pk}:{cycle.ends_on}",
            offset,
            subject=f"{studio.name}的管理周期{when(CYCLE, cycle.ends_on, on)}",
            body=body,
            url=studio.get_absolute_url(),
        )


def ending_cycles(on: date):
    """The last cycle of each studio that holds its title, when it ends soon enough for anybody to be reminded."""
    later = Cycle.objects.filter(studio=OuterRef("studio"), number__gt=OuterRef("number"))
    days = [days for policy in Policy.objects.all() for days in policy.days_before("cycle_reminders")]
    return (
        Cycle.objects.filter(~Exists(later), studio__state__in=HOLDS_TITLE)
        .filter(ends_on__lte=on + timedelta(max(days, default=0)))
        .select_related("policy", "studio__unit", "studio__lead")
        .prefetch_related("studio__editors", "studio__members")
        .order_by("pk")
    )


WAITING: tuple[Callable[[date, Officers], Iterator[Notice]], ...] = (
    drafts,
    corrections,
    signatures,
    stamped_forms,
    desks,
    cycles,
)


# -- words -------------------------------------------------------------------------------------


def reminder(person: User, event: str, offset: int, *, subject: str, body: str, url: str) -> Notice:
    milestone = f"{offset:+d}"
    return Notice(recipient=person, event=event, milestone=milestone, subject=subject, body=body, url=url)


def when(words: tuple[str, str, str], day: date, on: date) -> str:
    """How far ``on`` is from ``day``, in the words for what lies ahead, is today, and has passed."""
    ahead, today, passed = words
    if on == day:
        return today
    return (ahead if on < day else passed).format(days=abs((day - on).days))


def listed(studios: list) -> str:
    """The names of the studios, one a line, of many the first ones."""
    lines = [studio.name for studio in studios[:NAMED]]
    return "\n".join([*lines, f"等{len(studios)}个"] if len(studios) > NAMED else lines)


def place(model: str, rows: list, asked: dict[str, str]) -> str:
    """Where the office does it: the page of the one row, or the list of several."""
    if len(rows) == 1:
        return reverse(f"admin:{model}_change", args=[rows[0].pk])
    return f"{reverse(f'admin:{model}_changelist')}?{urlencode(asked)}"
