"""Who objects is taken out of what others than the investigators read, and not written by these."""

import json

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from records.moves import DomainError
from reviews.award import papers
from reviews.models import Application, Objection
from reviews.objector import hidden, names_who_objects
from tests.reviews.noticing import objected, on_notice

pytestmark = pytest.mark.django_db
NAME, CONTACT = "严实名", "021-6293-3377"
MARKS = ("严实名", "严 实 名", "嚴實名", "Yan Shiming", "严老师", "62933377", "021 6293 3377")
TEXT = "本人" + "，".join(MARKS) + "，反映立项时间不实。"
VERBS = {
    "dismiss": {"minutes": "查阅了立项文件。", "answer": "立项时间属实。"},
    "uphold": {"minutes": "查阅了立项文件。", "answer": "立项时间不实。"},
    "set_aside": {"reason": "属于信访事项。"},
}
FIELDS = [(verb, field) for verb, fields in VERBS.items() for field in fields]


@pytest.fixture
def application() -> Application:
    return on_notice()


@pytest.fixture
def objection(application, cast) -> Objection:
    objection = objected(application, text=TEXT)
    objection.take_on(by=cast.staff)
    return objection


def page_of(objection) -> str:
    return reverse("admin:reviews_objection_change", args=[objection.pk])


def test_in_the_text_only_investigators_read_who_it_is(cast, sign_in, objection):
    shown = {
        who: sign_in(getattr(cast, who)).get(page_of(objection)).content.decode()
        for who in ("staff", "leader", "auditor")
    }
    assert {mark for mark in MARKS if mark in shown["staff"]} == {*MARKS}
    for who in ("leader", "auditor"):
        assert {mark for mark in MARKS if mark in shown[who]} == set(), who
        assert "反映立项时间不实" in shown[who], who


def test_what_was_written_before_is_hidden_everywhere(cast, sign_in, application, objection):
    """In rows of a time when nobody refused it."""
    objection.uphold(by=cast.staff, minutes="查阅了立项文件。", answer="立项时间不实。")
    Objection.objects.update(minutes=f"听取{TEXT}", answer=f"答复{TEXT}")
    objection.log.update(note=TEXT)
    pages = [sign_in(cast.leader).get(page_of(objection)), Client().get(objection.get_absolute_url())]
    deciding = reverse("admin:reviews_application_verb", args=[application.pk, "decide"])
    pages.append(sign_in(cast.leader).get(deciding))
    for page in pages:
        shown = page.content.decode()
        assert "答复本人〔异议人〕" in shown
        assert {mark for mark in MARKS if mark in shown} == set()


def test_the_award_file_bears_nobody_who_objects(application, objection):
    objection.log.update(note=TEXT)
    held = dict(papers(application.round, at=timezone.now()))["objections.json"]
    told = json.dumps(json.loads(held), ensure_ascii=False)
    assert "反映立项时间不实" in told
    assert {mark for mark in MARKS if mark in told} == set()


@pytest.mark.parametrize(("verb", "field"), FIELDS)
@pytest.mark.parametrize("mark", ["严实名", "嚴實名", "Yan Shiming", "62933377", "质疑者之家有限公司"])
def test_who_investigates_may_not_write_it(cast, sign_in, objection, verb, field, mark):
    said = VERBS[verb] | {field: f"据{mark}反映。"}
    url = reverse("admin:reviews_objection_answer", args=[objection.pk, verb])
    page = sign_in(cast.staff).post(url, said)
    assert page.context["form"].errors == {field: ["文中有异议人的身份或联系方式，请改用“异议人”。"]}
    assert f"据{mark}反映。" in page.content.decode()
    with pytest.raises(DomainError, match="异议人的身份"):
        getattr(objection, verb)(by=cast.staff, **said)
    assert Objection.objects.get().is_open


def test_a_namesake_of_the_lead_and_the_unions_own_number_may_be_written(cast, application):
    lead = application.named_as().lead
    objection = objected(application, name=lead, contact="13812345678", organisation="")
    objection.take_on(by=cast.staff)
    answer = f"{lead}的立项时间属实，如有疑问请致电021-54740000。"
    objection.dismiss(by=cast.staff, minutes="查阅了立项文件。", answer=answer)
    assert answer in Client().get(objection.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("contact", "said"),
    [
        ("13812345678", "138-1234-5678"),
        ("+86 138 1234 5678", "13812345678"),
        ("0571-8795 1234转8012", "87951234"),
        ("010-62751234", "010 62751234"),
        ("zhang.san@sjd.edu.cn", "ZHANG.SAN@sjd.edu.cn"),
        ("62933333", "6293 3333"),
    ],
)
def test_a_way_to_the_person_is_found_however_it_is_written(application, contact, said):
    objection = objected(application, contact=contact)
    assert names_who_objects(objection, f"请联系{said}，谢谢。")
    assert said not in hidden(objection, f"请联系{said}，谢谢。")
    assert not names_who_objects(objection, "立项编号2019-138-12，金额87951元。")
