"""What a public notice says before its days begin, and once studios were taken out of it."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from records.templatetags.present import cn_date
from reviews.notice_papers import notice_pdf, taken_out
from tests.factories import ApplicationFactory
from tests.queries import selects
from tests.reviews.noticing import on_notice, published
from tests.reviews.test_notice_pages import LIST, at, file_of, page_of, text_of, words_of

pytestmark = pytest.mark.django_db


def two_on_notice(cast):
    first = ApplicationFactory(proposed=True, studio=cast.studio)
    second = ApplicationFactory(proposed=True, round=first.round)
    return first, second, published(first, second)


def test_the_list_counts_those_that_still_stand(cast):
    first, _second, notice = two_on_notice(cast)
    assert "2个工作室" in text_of(LIST)
    first.reverse(by=cast.leader, reason="再议")
    assert "1个工作室" in text_of(LIST)
    with time_machine.travel(at(notice.starts_on, 9)):
        assert f"公示至{cn_date(notice.ends_on, 'short')}" in text_of(LIST)


def test_once_nobody_is_left_every_page_says_so_and_offers_no_objection(cast):
    first, second, notice = two_on_notice(cast)
    for one in (first, second):
        one.reverse(by=cast.leader, reason="再议")
    with time_machine.travel(at(notice.starts_on, 9)):
        home, listed, page = (text_of(url) for url in ("/", LIST, page_of(notice)))
    assert "公示中已无拟命名的工作室" in home
    assert "已无拟命名名单" in listed
    assert "公示中已无拟命名的工作室" in page
    assert "已全部撤出公示" in page
    for text in (home, listed, page):
        for said in ("正在公示", "公示至", reverse("reviews:object", args=[notice.pk])):
            assert said not in text, said


def test_the_file_marks_who_was_taken_out_and_when_and_is_made_anew_for_it(cast):
    first, second, notice = two_on_notice(cast)
    before = Client().get(file_of(notice))
    assert "撤出公示" not in words_of(before.getvalue())
    today = timezone.localdate()
    with time_machine.travel(at(today, 23, 30)):
        first.reverse(by=cast.leader, reason="再议")
    assert taken_out(notice) == {first.pk: today}
    after = Client().get(file_of(notice), headers={"If-None-Match": before["ETag"]})
    assert after.status_code == 200
    text = words_of(after.getvalue())
    assert text.count(f"（{today.year}年{today.month}月{today.day}日撤出公示）") == 1
    assert "有1个工作室经复核撤出公示" in text
    assert "现有1个工作室列入公示" in text
    with time_machine.travel(at(today + timedelta(1), 9)):
        second.reverse(by=cast.leader, reason="再议")
    assert taken_out(notice) == {first.pk: today, second.pk: today + timedelta(1)}
    assert "公示中已无拟命名的工作室" in words_of(notice_pdf(notice))


def test_the_first_notice_keeps_the_day_on_which_it_was_left(cast):
    application = on_notice(studio=cast.studio)
    first, today = application.notice, timezone.localdate()
    application.reverse(by=cast.leader, reason="再议")
    application.decide("approve", by=cast.leader, text="同意命名。")
    second = published(application)
    with time_machine.travel(at(today + timedelta(2), 9)):
        application.reverse(by=cast.leader, reason="再议")
    assert taken_out(first) == {application.pk: today}
    assert taken_out(second) == {application.pk: today + timedelta(2)}


def test_before_its_days_begin_it_is_on_notice_from_then_and_takes_objections(cast):
    notice = on_notice(studio=cast.studio).notice
    starts = cn_date(notice.starts_on)
    home, listed, page = (text_of(url) for url in ("/", LIST, page_of(notice)))
    assert f"自{starts}起公示，至{cn_date(notice.ends_on)}止，现在即可提出异议。" in home
    assert f"自{cn_date(notice.starts_on, 'short')}起公示" in listed
    assert f"自{starts}起公示" in page
    assert "公示期尚未开始，现在即可提出异议。" in page
    for text in (home, listed, page):
        assert "正在公示" not in text
    assert Client().get(reverse("reviews:object", args=[notice.pk])).status_code == 200
    with time_machine.travel(at(notice.starts_on, 0, 1)):
        page = text_of(page_of(notice))
        assert "正在公示" in page
        assert "尚未开始" not in page


def test_the_front_page_asks_the_same_for_one_notice_and_several():
    on_notice()
    one = selects(Client(), "/")
    for _n in range(3):
        on_notice()
    assert selects(Client(), "/") == one
