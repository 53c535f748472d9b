"""What was decided is nobody's outside the office before it is released: whatever it is, everything reads the same.

Not a word of it is looked for: each answer of the site is compared under one decision and under another. Whose own case
it is reads no more of it in the office than the studio does.
"""

import re

import pytest
import time_machine
from django.core import mail
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice
from records import outbox
from reviews.models import Decision
from reviews.releasing import release_decisions
from tests.factories import ApplicationFactory
from tests.reviews.test_blindness import words_of

pytestmark = [pytest.mark.django_db, pytest.mark.once]

OUTSIDE = [
    "lead",
    "co_editor",
    "member",
    "department",
    "department_member",
    "party",
    "stranger",
    "other_department",
    "expert",
    "finance",
    "sysadmin",
    "staff_member",
    "",  # nobody is signed in
]
SAID = {
    Decision.APPROVE: "同意命名，公示后办理。",
    Decision.HOLD: "待补充材料后再议，先行搁置。",
    Decision.REJECT: "成果不足，本轮不予命名。",
}
# What differs with every request: nonces, tokens against forgery, the reference of an error page.
PASSING = re.compile(r'nonce="[^"]+"|\b[A-Za-z0-9]{64}\b|<code>[0-9a-f]{8}</code>')


@pytest.fixture
def reviewed(cast):
    return ApplicationFactory(studio=cast.studio, reviewed=True)


def addresses(application) -> list[str]:
    studio, pk = application.studio_id, application.pk
    pages = [
        "/",
        reverse("accounts:inbox"),
        reverse("studios:studios"),
        reverse("studios:studio", args=[studio]),
        reverse("reviews:applications"),
        reverse("reviews:round", args=[application.round_id]),
        *(reverse(f"reviews:{name}", args=[pk]) for name in ("application", "withdraw")),
        reverse("reviews:papers", args=[pk, 1]),
        *(reverse("reviews:form", args=[pk, kind]) for kind in ("pdf", "docx")),
        reverse("reviews:start", args=[studio]),
    ]
    office = ["application_changelist", "application_export", "applicationlog_changelist", "round_changelist"]
    pages += [reverse(f"admin:reviews_{name}") for name in office]
    pages += [
        "/admin/",
        reverse("admin:reviews_application_change", args=[pk]),
        *(reverse("admin:reviews_application_verb", args=[pk, verb]) for verb in ("decide", "reverse")),
        reverse("admin:reviews_application_bulk", args=["decide"]) + f"?pk={pk}",
        reverse("admin:reviews_application_naming") + f"?pk={pk}",
        reverse("admin:reviews_application_preview_decision") + f"?pk={pk}",
        reverse("admin:reviews_round_change", args=[application.round_id]),
        reverse("admin:reviews_round_release", args=[application.round_id]),
        reverse("admin:reviews_round_preview_notice", args=[application.round_id]),
        reverse("admin:studios_studio_change", args=[studio]),
        reverse("admin:studios_studio_history", args=[studio]),
    ]
    return pages


def answers(who: str, cast, application, decision) -> dict[str, str]:
    """Address → what it says to a person while this decision waits; nothing of it stays."""
    said = {}
    with transaction.atomic():
        type(application).objects.get(pk=application.pk).decide(decision, by=cast.leader, text=SAID[decision])
        client = Client()
        if who:
            client.force_login(getattr(cast, who))
        for address in addresses(application):
            response = client.get(address)
            body = b"".join(response.streaming_content) if response.streaming else response.content
            said[address] = f"{response.status_code} {response.get('Location', '')} " + PASSING.sub(
                "", words_of(body)
            )
        transaction.set_rollback(True)
    return said


def differing(who: str, cast, application, one: Decision, other: Decision) -> set[str]:
    """The addresses that say one thing under one decision and another thing under the other."""
    with time_machine.travel(timezone.now(), tick=False):
        first, second = (answers(who, cast, application, decision) for decision in (one, other))
    return {address for address in first if first[address] != second[address]}


@pytest.mark.parametrize("who", OUTSIDE)
def test_outside_the_office_nothing_tells_one_pending_decision_from_another(who, cast, reviewed):
    assert differing(who, cast, reviewed, Decision.APPROVE, Decision.REJECT) == set()


@pytest.mark.parametrize("who", ["lead", "staff_member"])
def test_a_second_thought_about_what_was_on_hold_is_not_known_either(who, cast):
    held = ApplicationFactory(studio=cast.studio, held=True)
    assert differing(who, cast, held, Decision.APPROVE, Decision.REJECT) == set()


def test_the_leader_who_leads_the_studio_does_not_read_the_decision_on_it(cast):
    own = ApplicationFactory(studio=cast.own_studio, reviewed=True)
    assert differing("leader_lead", cast, own, Decision.APPROVE, Decision.REJECT) == set()


def test_in_the_office_the_decision_is_read(cast, reviewed):
    """The comparison does see a difference where there is one."""
    assert differing("staff", cast, reviewed, Decision.APPROVE, Decision.REJECT) >= {
        reverse("admin:reviews_application_change", args=[reviewed.pk]),
        reverse("admin:reviews_round_release", args=[reviewed.round_id]),
    }


@pytest.mark.parametrize("decision", Decision)
def test_only_those_who_release_it_are_told_of_a_pending_decision(cast, reviewed, decision, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    outbox.drain()
    before, sent = set(Notice.objects.values_list("pk", flat=True)), len(mail.outbox)
    reviewed.decide(decision, by=cast.leader, text=SAID[decision])
    outbox.drain()
    new = Notice.objects.exclude(pk__in=before)
    # Staff who belong to the studio are not.
    assert set(new.values_list("recipient__username", flat=True)) == {"staff"}
    assert {one for letter in mail.outbox[sent:] for one in letter.to} <= {cast.staff.email}
    assert {SAID[decision] in one.body for one in new} == {True}


def test_the_excel_of_the_office_holds_a_decision_from_its_release_on(cast, reviewed, sign_in):
    def exported() -> str:
        response = sign_in(cast.staff).get(reverse("admin:reviews_application_export"))
        body = b"".join(response.streaming_content) if response.streaming else response.content
        return words_of(body)

    reviewed.decide("reject", by=cast.leader, text=SAID[Decision.REJECT])
    assert SAID[Decision.REJECT] not in exported()
    release_decisions(reviewed.round, by=cast.staff, on=timezone.localdate())
    assert SAID[Decision.REJECT] in exported()


def test_from_the_release_on_it_is_read_by_the_studio_with_its_words(cast, reviewed, sign_in):
    reviewed.decide("reject", by=cast.leader, text="第一次的意见。")
    reviewed.decide("reject", by=cast.leader, text=SAID[Decision.REJECT])
    release_decisions(reviewed.round, by=cast.staff, on=timezone.localdate())
    for who in ("lead", "department"):
        page = sign_in(getattr(cast, who)).get(reviewed.get_absolute_url()).content.decode()
        assert SAID[Decision.REJECT] in page
        assert "第一次的意见" not in page
