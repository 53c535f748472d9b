"""Public notices: open to everybody, showing the studios by the template and nothing else, for as long as they run."""

from datetime import date, datetime, timedelta

import pypdfium2
import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import RoleCode
from records.calendar import CalendarDay
from reviews import notice_papers
from reviews.models import PublicNotice, Round
from reviews.notice_days import Off, notice_days
from reviews.notice_papers import notice_pdf
from tests.factories import ApplicationFactory, RoundFactory, let_the_notice_pass, officer
from tests.queries import selects
from tests.reviews.noticing import form_of, objected, on_notice, published

pytestmark = pytest.mark.django_db
LIST = reverse("reviews:notices")


def page_of(notice) -> str:
    return reverse("reviews:notice", args=[notice.pk])


def file_of(notice) -> str:
    return reverse("reviews:notice_pdf", args=[notice.pk])


def text_of(url: str, client=None) -> str:
    response = (client or Client()).get(url)
    assert response.status_code == 200
    return response.content.decode()


def words_of(pdf: bytes) -> str:
    text = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))
    return "".join(text.split())


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=timezone.get_default_timezone())


def bare_notice(**fields) -> PublicNotice:
    """A notice as a row, for lists."""
    today = timezone.localdate()
    day = fields.pop("published_on", today)
    given = {"serial": PublicNotice.objects.count() + 1, "title": "公示", "entries": [], "days": 5}
    given |= {"starts_on": day + timedelta(1), "ends_on": day + timedelta(7), "published_on": day}
    given["published_by"] = officer(RoleCode.UNION_STAFF)
    return PublicNotice.objects.create(**given | fields)


# -- what it shows ------------------------------------------------------------------------------------------------


def test_anybody_reads_it_without_signing_in(cast):
    application = on_notice(studio=cast.studio)
    notice = application.notice
    assert notice.title in text_of(LIST)
    shown = text_of(page_of(notice))
    for expected in (application.number, cast.studio.name, cast.unit.name, cast.lead.name, "科技创新"):
        assert expected in shown, expected
    assert "拟命名" in shown
    assert Client().get(file_of(notice))["Content-Type"] == "application/pdf"


def test_of_a_studio_it_keeps_just_the_keys_of_the_template(cast):
    [entry] = on_notice(studio=cast.studio).notice.entries
    assert set(entry) == {"application", "number", "studio", "unit", "lead", "kinds"}


def test_nothing_personal_beyond_the_template_stands_on_any_public_page(cast):
    """Marks in everything else that is recorded of the studio, before it is handed in."""
    lead, studio = cast.lead, cast.studio
    marks = {
        "phone": "13911122233",
        "email": "mark.lead@sjd.example",
        "staff_no": "MARKNO77",
        "post": "标记职务",
    }
    marks |= {"title": "标记职称", "politics": "标记面貌"}
    type(lead).objects.filter(pk=lead.pk).update(**marks, birth_year=1931, birth_month=7)
    studio.members.update(name="标记成员", title="标记成员职称", birth_year=1932)
    studio.projects.update(name="标记项目", number="标记编号")
    studio.achievements.update(title="标记成果")
    studio.honours.update(certificate_no="标记荣誉号")
    studio.venue.address = "标记地址"
    studio.venue.save()
    lead.refresh_from_db()
    application = on_notice(studio=studio)
    objected(application, text="标记异议")
    pages = [LIST, page_of(application.notice), reverse("reviews:object", args=[application.notice_id]), "/"]
    texts = [text_of(url) for url in pages] + [words_of(notice_pdf(application.notice))]
    for text in texts:
        for mark in (*marks.values(), "标记", "1931", "1932", "同意命名"):
            assert mark not in text, mark


def test_one_taken_out_says_that_alone(cast):
    application = on_notice(studio=cast.studio)
    other = on_notice()
    assert "撤出公示" not in text_of(page_of(application.notice))
    application.reverse(by=cast.leader, reason="成果署名有误")
    shown = text_of(page_of(application.notice))
    assert shown.count("经复核，已撤出公示") == 1
    assert "署名有误" not in shown
    assert "撤出公示" not in text_of(page_of(other.notice))


def test_it_stays_taken_out_of_the_first_notice_when_a_later_one_carries_it(cast):
    application = on_notice(studio=cast.studio)
    first = application.notice
    application.reverse(by=cast.leader, reason="再议")
    application.decide("approve", by=cast.leader, text="同意命名。")
    second = published(application)
    assert "撤出公示" in text_of(page_of(first))
    assert "撤出公示" not in text_of(page_of(second))


def test_a_named_studio_still_stands_in_its_notice():
    application = ApplicationFactory(named=True)
    assert "撤出公示" not in text_of(page_of(application.notice))


def test_page_and_file_say_where_objections_on_paper_go(cast, settings):
    notice = on_notice(studio=cast.studio).notice
    settings.UNION_CONTACT = "行政楼203室，电话021-54740100"
    for text in (text_of(page_of(notice)), words_of(notice_pdf(notice))):
        assert "行政楼203室，电话021-54740100" in text
    settings.UNION_CONTACT = ""
    for text in (text_of(page_of(notice)), words_of(notice_pdf(notice))):
        assert "书面材料" not in text


def test_no_two_notices_of_a_round_are_called_the_same(cast):
    application = on_notice(studio=cast.studio)
    titles = [application.notice.title]
    for _n in range(2):
        application.reverse(by=cast.leader, reason="再议")
        application.decide("approve", by=cast.leader, text="同意命名。")
        titles.append(published(application).title)
    assert titles[1:] == [f"{titles[0]}（第二批）", f"{titles[0]}（第三批）"]
    assert titles[2] in text_of(LIST)
    assert titles[2] in words_of(notice_pdf(application.notice))


def test_the_number_by_which_experts_know_blind_papers_stands_beside_no_name(cast):
    """Taken out of the notice again, they may go back to the experts."""
    blind = on_notice(round=RoundFactory(blind=True))
    notice = blind.notice
    shown = [text_of(page_of(notice)), words_of(notice_pdf(notice)), text_of(form_of(notice))]
    for text in shown:
        assert blind.studio.name in text
        assert blind.number not in text
    assert "序号" in shown[1]


def test_no_page_of_a_blind_round_bears_a_number_in_any_form(cast):
    """Not as the value of a choice either: the key of an application is its number."""
    blind = on_notice(pk=73419624, round=RoundFactory(blind=True))
    assert "73419624" in blind.number
    receipt = objected(blind).get_absolute_url()
    form = form_of(blind.notice)
    for url in (
        page_of(blind.notice),
        form,
        f"{form}?application=1",
        receipt,
        f"{receipt}?received=1",
        LIST,
        "/",
    ):
        assert "73419624" not in text_of(url), url
    assert "73419624" not in words_of(notice_pdf(blind.notice))


# -- its days -----------------------------------------------------------------------------------------------------


def test_it_runs_to_the_end_of_its_last_day(cast):
    notice = on_notice(studio=cast.studio).notice
    form = reverse("reviews:object", args=[notice.pk])
    with time_machine.travel(at(notice.ends_on, 23, 50)):
        assert "提出异议</a>" in text_of(page_of(notice))
        assert Client().get(form).status_code == 200
    with time_machine.travel(at(notice.ends_on + timedelta(1), 0, 10)):
        shown = text_of(page_of(notice))
        assert "公示期已满" in shown
        assert form not in shown
        answer = Client().get(form, follow=True)
        assert answer.redirect_chain == [(page_of(notice), 302)]
        assert "不再受理异议" in answer.content.decode()


def test_the_days_between_are_named(db):
    """Labour Day of 2026: five days off from 1 May, and the Saturday of 9 May is worked for it."""
    run = notice_days(date(2026, 4, 29), 5)
    assert (run.starts_on, run.ends_on) == (date(2026, 4, 30), date(2026, 5, 9))
    assert run.off == (Off(date(2026, 5, 1), date(2026, 5, 5), "劳动节"),)
    assert run.made_up == ()  # the last day itself is said as such
    longer = notice_days(date(2026, 4, 29), 6)
    assert (longer.ends_on, longer.made_up) == (date(2026, 5, 11), (date(2026, 5, 9),))
    assert longer.plan_is_known


def test_a_plain_weekend_is_not_called_a_holiday(db):
    run = notice_days(date(2026, 6, 4), 5)
    assert (run.ends_on, run.off, run.made_up) == (date(2026, 6, 11), (), ())


def test_what_is_entered_goes_before_the_plan_and_says_its_reason(db):
    CalendarDay.objects.create(day=date(2026, 6, 8), works=False, reason="校庆")
    run = notice_days(date(2026, 6, 4), 5)
    assert (run.ends_on, run.off) == (date(2026, 6, 12), (Off(date(2026, 6, 8), date(2026, 6, 8), "校庆"),))


def test_beyond_the_last_plan_it_says_so(db, cast):
    assert not notice_days(date(2040, 4, 2), 5).plan_is_known
    notice = on_notice(studio=cast.studio).notice
    assert "放假安排" not in words_of(notice_papers.kept_pdf(notice))
    PublicNotice.objects.filter(pk=notice.pk).update(plan_is_known=False)
    notice.refresh_from_db()
    assert "放假安排尚未公布" in text_of(page_of(notice))
    assert "放假安排尚未公布，按周一至周五计算工作日" in words_of(notice_papers.kept_pdf(notice))


# -- the list -----------------------------------------------------------------------------------------------------


def test_the_newest_stands_first_and_older_ones_on_the_next_page():
    round_, today = RoundFactory(), timezone.localdate()
    for age in range(25):
        bare_notice(round=round_, title=f"公示第{age}号", published_on=today - timedelta(age * 10))
    client = Client()
    first = client.get(LIST)
    assert [row["notice"].title for row in first.context["rows"]] == [f"公示第{age}号" for age in range(20)]
    second = client.get(LIST + first.context["older"])
    assert [row["notice"].title for row in second.context["rows"]] == [
        f"公示第{age}号" for age in range(20, 25)
    ]


def test_the_list_and_a_notice_ask_the_same_however_much_they_show():
    round_, client = RoundFactory(), Client()
    entry = {
        "application": 1,
        "number": "2026-A0001",
        "studio": "甲",
        "unit": "乙",
        "lead": "丙",
        "kinds": ["丁"],
    }
    one = bare_notice(round=round_, entries=[entry])
    counts = selects(client, LIST), selects(client, page_of(one))
    many = bare_notice(round=round_, entries=[entry | {"application": n} for n in range(60)])
    for _n in range(18):
        bare_notice(round=round_)
    assert (selects(client, LIST), selects(client, page_of(many))) == counts
    assert max(counts) <= 4


def test_what_is_not_there_is_not_found(db):
    for name in ("notice", "notice_pdf", "object"):
        assert Client().get(reverse(f"reviews:{name}", args=[987])).status_code == 404


def test_the_front_page_leads_to_what_is_on_notice_and_no_longer(cast):
    notice = on_notice(studio=cast.studio).notice
    assert page_of(notice) in text_of("/")
    let_the_notice_pass(notice)
    shown = text_of("/")
    assert page_of(notice) not in shown
    assert LIST in shown


@pytest.mark.parametrize(("language", "word"), [("en", "How to object"), ("zh-hant", "怎樣提出異議")])
def test_it_is_read_in_other_languages(cast, language, word):
    notice = on_notice(studio=cast.studio).notice
    client = Client()
    client.post("/language/", {"language": language, "next": page_of(notice)})
    assert word in text_of(page_of(notice), client)


# -- the file -----------------------------------------------------------------------------------------------------


def test_the_file_says_what_the_notice_says_in_our_font(cast):
    application = on_notice(studio=cast.studio)
    notice = application.notice
    pdf = Client().get(file_of(notice)).getvalue()
    document, text = pypdfium2.PdfDocument(pdf), words_of(pdf)
    for expected in (notice.title, application.number, "龚䶮", cast.unit.name, "5个工作日", "申江大学工会"):
        assert "".join(expected.split()) in text, expected
    assert f"/notices/{notice.pk}/" in text
    assert "预览" not in text
    assert [round(side) for side in document[0].get_size()] == [595, 842]
    fonts = {
        item.get_font().get_base_name().partition("+")[2]
        for page in document
        for item in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_TEXT])
    }
    assert fonts
    assert all("Noto" in font or "Union" in font for font in fonts), fonts


def test_a_small_notice_takes_one_page_and_a_large_one_breaks_between_rows():
    entry = {"number": "2026-A0001", "studio": "龚䶮劳模创新工作室", "unit": "机械学院", "lead": "龚䶮"}
    entry |= {"kinds": ["科技创新", "管理创新"]}
    fields = {
        "title": "关于2026年度申江大学劳模创新工作室评选拟命名名单的公示",
        "pk": 1,
        "days": 5,
        "round": Round(),
    }
    fields |= dict.fromkeys(("published_on", "starts_on", "ends_on"), date(2026, 4, 20))
    small = PublicNotice(**fields, entries=[entry | {"application": n} for n in range(4)])
    large = PublicNotice(
        **fields, entries=[entry | {"application": n, "unit": f"第{n // 3}学院"} for n in range(60)]
    )
    assert len(pypdfium2.PdfDocument(notice_pdf(small))) == 1
    assert words_of(notice_pdf(large)).count("龚䶮劳模创新工作室") == 60


def test_the_file_is_typeset_once_and_told_to_be_kept_for_a_while(cast, monkeypatch):
    notice, made = on_notice(studio=cast.studio).notice, []
    monkeypatch.setattr(
        notice_papers, "notice_pdf", lambda one, **kwargs: made.append(one) or notice_pdf(one, **kwargs)
    )
    first, second = Client().get(file_of(notice)), Client().get(file_of(notice))
    assert first.getvalue() == second.getvalue()
    assert len(made) == 1
    assert first["Cache-Control"] == "public, max-age=600"
    assert not first.cookies
    again = Client().get(file_of(notice), headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_pages_are_not_kept_between_people(cast):
    """They carry the header of who is signed in; the form and the receipt nobody keeps at all."""
    application = on_notice(studio=cast.studio)
    objection = objected(application)
    assert "Cookie" in Client().get(page_of(application.notice))["Vary"]
    for url in (reverse("reviews:object", args=[application.notice_id]), objection.get_absolute_url()):
        assert "no-store" in Client().get(url)["Cache-Control"], url
