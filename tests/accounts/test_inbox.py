import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy, override

from accounts import delivery
from accounts.delivery import notify, write_to
from accounts.models import Notice, User
from records import outbox
from records.outbox import Outbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead():
    return User.objects.create_user("lead", "lead@example.edu.cn", name="龚䶮")


@pytest.fixture
def colleague():
    return User.objects.create_user("colleague", "", name="王㛃")


@pytest.fixture
def left():
    return User.objects.create_user("left", "left@example.edu.cn", name="离职者", is_active=False)


@pytest.fixture
def server(monkeypatch):
    """What the mail server answers to each letter: an error to raise, or nothing when it takes it."""
    answers = []
    true_send = delivery.EmailMessage.send

    def answer(letter, *args):
        error = answers.pop(0) if answers else None
        if error is not None:
            raise error
        return true_send(letter, *args)

    monkeypatch.setattr(delivery.EmailMessage, "send", answer)
    return answers


def tell(*people, event="returned:1", **more):
    words = {"subject": "申报材料被退回", "body": "请补充立项文件。", "url": "/applications/1/"}
    return notify(people, event, **{**words, **more})


def again():
    """A day later."""
    Outbox.objects.open().update(next_try_at=timezone.now())
    return outbox.drain()


# Delivery


def test_everybody_gets_it_in_the_inbox_and_by_mail_if_the_address_is_known(lead, colleague, left):
    assert tell(lead, colleague, left, lead) == 2
    assert set(Notice.objects.values_list("recipient__username", "subject", "url")) == {
        ("lead", "申报材料被退回", "/applications/1/"),
        ("colleague", "申报材料被退回", "/applications/1/"),
    }
    assert mail.outbox == []
    outbox.drain()
    assert [letter.to for letter in mail.outbox] == [["lead@example.edu.cn"]]


def test_the_letter_is_in_chinese_and_leads_to_the_notice(lead, settings):
    settings.SITE_URL = "https://studios.example.edu.cn"
    tell(lead)
    outbox.drain()
    letter = mail.outbox[0]
    notice = Notice.objects.get()
    assert letter.subject == "【劳模创新工作室】申报材料被退回"
    assert f"https://studios.example.edu.cn{reverse('accounts:notice', args=[notice.pk])}\n" in letter.body
    assert "请补充立项文件。" in letter.body
    assert settings.UNION in letter.body
    assert letter.extra_headers["Message-ID"] == f"<notice-{notice.pk}@studios.example.edu.cn>"


def test_words_are_kept_in_the_language_of_the_site(lead):
    with override("en"):
        tell(lead, subject=gettext_lazy("Simplified Chinese"), body="")
    assert Notice.objects.get().subject == "简体中文"


def test_telling_twice_tells_once_and_another_milestone_is_another_notice(lead, colleague):
    assert tell(lead, event="cycle-end:7", milestone="30") == 1
    assert tell(lead, colleague, event="cycle-end:7", milestone="30") == 1
    assert tell(lead, event="cycle-end:7", milestone="7") == 1
    outbox.drain()
    assert again() == 0
    assert len(mail.outbox) == 2


def test_a_notice_of_something_rolled_back_was_never_there(lead):
    with transaction.atomic():
        tell(lead)
        transaction.set_rollback(True)
    outbox.drain()
    assert not Notice.objects.exists()
    assert mail.outbox == []


@pytest.mark.parametrize(
    "trouble",
    [
        ConnectionRefusedError("down"),
        TimeoutError("silent"),
        smtplib.SMTPServerDisconnected("gone"),
        smtplib.SMTPRecipientsRefused({"lead@example.edu.cn": (450, b"later")}),
        smtplib.SMTPDataError(451, b"later"),
    ],
)
def test_while_the_mail_server_is_down_nothing_is_lost_and_nothing_comes_twice(lead, server, trouble):
    server.extend([trouble, trouble])
    tell(lead)
    assert outbox.drain() == 0
    assert again() == 0
    assert Outbox.objects.failing().count() == 1
    assert again() == 1
    assert again() == 0
    assert len(mail.outbox) == 1


def test_a_server_that_is_down_is_asked_once_for_all_letters(lead, server):
    server.append(ConnectionRefusedError("down"))
    for number in range(5):
        tell(lead, event=f"returned:{number}")
    assert outbox.drain() == 0
    assert mail.outbox == []
    assert again() == 5


def test_an_address_refused_for_good_is_given_up_and_visible(lead, server):
    server.append(smtplib.SMTPRecipientsRefused({"lead@example.edu.cn": (550, b"no such user")}))
    tell(lead)
    outbox.drain()
    assert Outbox.objects.given_up().count() == 1
    assert "550" in Outbox.objects.get().error


def test_no_text_adds_a_header(lead):
    tell(lead, subject="退回\r\nBcc: all@example.edu.cn")
    outbox.drain()
    [letter] = mail.outbox
    assert letter.message()["Bcc"] is None
    assert "\n" not in letter.subject
    assert letter.to == [lead.email]


def test_a_letter_goes_to_nobody_whose_address_is_none(lead):
    lead.email = "lead@example.edu.cn\r\nBcc: all@example.edu.cn"
    lead.save()
    tell(lead)
    outbox.drain()
    assert mail.outbox == []
    assert "no mail address" in Outbox.objects.given_up().get().error


def test_who_left_before_the_letter_went_gets_none(lead):
    tell(lead)
    User.objects.update(is_active=False)
    assert outbox.drain() == 1
    assert mail.outbox == []


def test_a_letter_of_its_own_is_forgotten_once_sent():
    write_to("new@example.edu.cn", subject="启用账号", body="https://…/activate/secret/")
    outbox.drain()
    assert [(letter.to, letter.subject) for letter in mail.outbox] == [
        (["new@example.edu.cn"], "【劳模创新工作室】启用账号")
    ]
    assert set(Outbox.objects.get().payload) == {"to", "subject"}


# The inbox


def test_the_inbox_shows_only_ones_own_newest_first(client, lead, colleague):
    tell(lead, event="a", subject="先来的")
    tell(lead, event="b", subject="后来的")
    tell(colleague, event="c", subject="别人的")
    client.force_login(lead)
    page = client.get(reverse("accounts:inbox")).content.decode()
    assert page.index("后来的") < page.index("先来的")
    assert "别人的" not in page


def test_opening_a_notice_marks_it_read_and_leads_on(client, lead):
    tell(lead)
    notice = Notice.objects.get()
    client.force_login(lead)
    assert Notice.objects.unread_count(lead) == 1
    answer = client.get(notice.get_absolute_url())
    assert (answer.status_code, answer["Location"]) == (302, "/applications/1/")
    assert Notice.objects.unread_count(lead) == 0
    first = Notice.objects.get().read_at
    client.get(notice.get_absolute_url())
    assert Notice.objects.get().read_at == first


@pytest.mark.parametrize(
    "url", ["", "https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "///evil"]
)
def test_no_notice_leads_away_from_the_site(client, lead, url):
    tell(lead, url=url)
    client.force_login(lead)
    answer = client.get(Notice.objects.get().get_absolute_url())
    assert answer.status_code == 200
    assert "请补充立项文件。" in answer.content.decode()


def test_other_peoples_notices_are_not_there(client, lead, colleague):
    tell(lead)
    client.force_login(colleague)
    assert client.get(Notice.objects.get().get_absolute_url()).status_code == 404
    client.post(reverse("accounts:read_all"))
    assert Notice.objects.unread_count(lead) == 1


def test_all_are_marked_read_by_a_press_and_not_by_a_link(client, lead):
    for event in "abc":
        tell(lead, event=event)
    client.force_login(lead)
    assert client.get(reverse("accounts:read_all")).status_code == 405
    assert Notice.objects.unread_count(lead) == 3
    client.post(reverse("accounts:read_all"))
    assert Notice.objects.unread_count(lead) == 0


def test_pages_go_on_where_the_last_one_ended(client, lead):
    for number in range(60):
        tell(lead, event=str(number))
    client.force_login(lead)
    url, seen = reverse("accounts:inbox") + "?unread", []
    while url:
        context = client.get(url).context
        seen.append([notice.event for notice in context["notices"]])
        url = reverse("accounts:inbox") + context["older"] if context["older"] else None
    assert [len(page) for page in seen] == [25, 25, 10]
    assert [event for page in seen for event in page] == [str(number) for number in range(59, -1, -1)]


def test_the_inbox_goes_by_the_time_and_not_by_the_order_of_entry(client, lead):
    now = timezone.now()
    for number in range(60):
        tell(lead, event=str(number))
        # Each is older than the one before it, two by two at the same moment.
        Notice.objects.filter(event=str(number)).update(created_at=now - timedelta(hours=number // 2))
    client.force_login(lead)
    down = walk(client, "older")
    up = walk(client, "newer", client.get(reverse("accounts:inbox") + down[-1].context["newer"]))
    pages = [[int(notice.event) for notice in page.context["notices"]] for page in down]
    assert sum(pages, []) == [number for pair in range(0, 60, 2) for number in (pair + 1, pair)]  # noqa: RUF017
    assert [[int(notice.event) for notice in page.context["notices"]] for page in up] == pages[-2::-1]


def walk(client, way, page=None):
    """The pages of the inbox from the first, or from ``page``, as far as its buttons lead."""
    pages = [page or client.get(reverse("accounts:inbox"))]
    while address := pages[-1].context[way]:
        pages.append(client.get(reverse("accounts:inbox") + address))
    return pages


def test_a_page_on_which_nothing_is_left_leads_to_the_first(client, lead):
    tell(lead)
    client.force_login(lead)
    empty = client.get(reverse("accounts:inbox"), {"unread": "", "before": Notice.objects.get().pk}).context
    assert (empty["notices"], empty["newer"], empty["older"]) == ([], "?unread=", "")


@pytest.mark.parametrize("before", ["x", "-1", "9" * 30, "9" * 18, "²"])
def test_a_page_mark_that_is_none_shows_the_first_page(client, lead, before):
    tell(lead)
    client.force_login(lead)
    answer = client.get(reverse("accounts:inbox"), {"before": before})
    assert answer.status_code == 200


def test_thirty_notices_cost_as_many_queries_as_one(client, lead, django_assert_max_num_queries):
    client.force_login(lead)
    tell(lead, event="0")
    counts = []
    for more in (0, 30):
        for number in range(more):
            tell(lead, event=f"{more}-{number}")
        with django_assert_max_num_queries(10) as queries:
            client.get(reverse("accounts:inbox"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_an_empty_inbox_says_what_comes_here(client, lead):
    client.force_login(lead)
    assert "这里没有通知" in client.get(reverse("accounts:inbox")).content.decode()


def test_a_lease_in_the_future_is_no_lost_letter(lead):
    """A worker was killed with the letter in hand: it goes out when the lease is over."""
    tell(lead)
    outbox.claim(now=timezone.now())
    assert outbox.drain() == 0
    Outbox.objects.update(next_try_at=timezone.now() - timedelta(seconds=1))
    assert outbox.drain() == 1
    assert len(mail.outbox) == 1
