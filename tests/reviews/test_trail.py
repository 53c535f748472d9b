"""The audit trail: who may read the moves and the admin's own log, and that no page offers what is refused."""

import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from records.outbox import Outbox, put
from reviews.models import PaperForm, State
from reviews.timeline import DONE
from tests.factories import ApplicationFactory, StudioFactory
from tests.queries import selects

pytestmark = pytest.mark.django_db
MOVES = ("reviews_applicationlog", "studios_studiolog")


def listed(client, model, **asked) -> str:
    return client.get(reverse(f"admin:{model}_changelist"), asked).content.decode()


def test_the_auditor_reads_who_moved_what_when_from_where_to_where(cast, sign_in):
    ApplicationFactory(studio=cast.studio, submitted=True)
    named = ApplicationFactory(studio=StudioFactory(complete=True), named=True)
    client = sign_in(cast.auditor)
    said = listed(client, "reviews_applicationlog")
    for words in (cast.studio.name, str(cast.lead), str(DONE["submit"]), str(State.SUBMITTED.label)):
        assert words in said
    said = listed(client, "studios_studiolog")
    for words in (named.studio.name, "已命名"):
        assert words in said


def test_moves_are_found_by_studio_verb_and_date(cast, sign_in):
    ApplicationFactory(studio=cast.studio, submitted=True)
    other = ApplicationFactory(studio=StudioFactory(complete=True), submitted=True).studio
    client = sign_in(cast.auditor)
    assert cast.studio.name not in listed(client, "reviews_applicationlog", q=other.name)
    rows = client.get(reverse("admin:reviews_applicationlog_changelist"), {"verb": "submit"}).context["cl"]
    assert {row.verb for row in rows.result_list} == {"submit"}
    rows = client.get(reverse("admin:reviews_applicationlog_changelist"), {"at__year": "1999"}).context["cl"]
    assert list(rows.result_list) == []


@pytest.mark.parametrize("model", [*MOVES, "admin_logentry"])
def test_the_trail_is_for_reading_only(cast, sign_in, model):
    client = sign_in(cast.auditor)
    named = ApplicationFactory(studio=StudioFactory(complete=True), named=True)
    entry = LogEntry.objects.create(user=cast.sysadmin, object_repr="图书馆", action_flag=2)
    rows = {MOVES[0]: named.log.first(), MOVES[1]: named.studio.log.first(), "admin_logentry": entry}
    page = reverse(f"admin:{model}_change", args=[rows[model].pk])
    assert client.get(page).status_code == 200
    assert client.post(page, {"note": "x", "object_repr": "x"}).status_code == 403
    assert client.get(reverse(f"admin:{model}_add")).status_code == 403
    assert client.post(reverse(f"admin:{model}_delete", args=[rows[model].pk])).status_code == 403


@pytest.mark.parametrize("model", MOVES)
def test_the_list_of_moves_costs_the_same_with_many_rows(cast, sign_in, model):
    client, url = sign_in(cast.auditor), reverse(f"admin:{model}_changelist")
    ApplicationFactory(studio=StudioFactory(complete=True), named=True)
    selects(client, url)
    few = selects(client, url)
    for _ in range(3):
        ApplicationFactory(studio=StudioFactory(complete=True), named=True)
    assert selects(client, url) == few <= 10


def test_the_auditor_reads_a_stamped_form_without_its_scan_and_answers_nothing(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, submitted=True)
    form = PaperForm.objects.create(
        application=application, snapshot=application.snapshot, uploaded_by=cast.department
    )
    page = reverse("admin:reviews_paperform_change", args=[form.pk])
    client = sign_in(cast.auditor)
    said = client.get(page)
    assert said.status_code == 200
    assert "扫描件上有出生年月和电话" in said.content.decode()
    assert said.context["comparison"].scans == []
    assert client.post(page, {"check": "1"}).status_code == 403


def test_the_auditor_sees_outgoing_items_and_pushes_none(cast, sign_in):
    put("nothing", {})
    row = Outbox.objects.get(kind="nothing")
    Outbox.objects.update(error="broken", next_try_at=timezone.now() + timedelta(hours=1))
    row.refresh_from_db()
    url = reverse("admin:records_outbox_changelist")
    client = sign_in(cast.auditor)
    assert client.get(url).status_code == 200
    client.post(url, {"action": "try_again", "_selected_action": [row.pk]})
    assert Outbox.objects.get(pk=row.pk).next_try_at == row.next_try_at


class Links(HTMLParser):
    """The places of the office to which a page leads."""

    def __init__(self, text: str):
        super().__init__()
        self.found: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        href = dict(attrs).get("href") or ""
        if tag == "a" and re.match(r"/(admin|studios|applications|files|jobs)/", href):
            self.found.add(href.partition("#")[0])


@pytest.mark.parametrize("who", ["auditor", "leader", "finance", "sysadmin", "staff"])
def test_no_page_of_the_office_leads_to_what_is_refused(cast, sign_in, who):
    """From the index, three steps far; of addresses that differ in numbers or questions only, one is tried."""
    application = ApplicationFactory(studio=cast.studio, submitted=True)
    PaperForm.objects.create(
        application=application, snapshot=application.snapshot, uploaded_by=cast.department
    )
    ApplicationFactory(studio=StudioFactory(complete=True), named=True)
    LogEntry.objects.create(user=cast.sysadmin, object_repr="图书馆", action_flag=2)
    for row in (cast.unit, cast.stranger):
        row.save()
    client, refused, known = sign_in(getattr(cast, who)), {}, set()
    todo = {reverse("admin:index")}
    for _step in range(4):
        found = {}
        for url in sorted(todo):
            answer = client.get(url)
            if answer.status_code in {403, 404}:
                refused[url] = answer.status_code
            elif answer.get("Content-Type", "").startswith("text/html") and not answer.streaming:
                for link in Links(answer.content.decode()).found:
                    found.setdefault(re.sub(r"\d+|\?.*|[0-9a-f-]{36}", "#", link), link)
        todo = {link for shape, link in found.items() if shape not in known}
        known |= set(found)
    assert known
    assert refused == {}
