"""The lead's declaration on the application form: said online with the handing in, or room to sign on paper."""

import io
import re
from datetime import datetime

import docx
import pytest
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from reviews.models import Snapshot
from studios.models import Studio
from tests.factories import ApplicationFactory

pytestmark = pytest.mark.django_db
WORD = "本表所填内容和所附材料真实、准确，如有不实，愿承担相应责任。"
BLANK = f"{WORD}领衔人（签字）：年月日"
AT = timezone.make_aware(datetime(2026, 3, 5, 9, 7))


def pdf_text(made: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(made)).pages)


def word_text(made: bytes) -> str:
    table = docx.Document(io.BytesIO(made)).tables[-1]
    return "".join(cell.text for row in table.rows for cell in row.cells)


READERS = {"pdf": pdf_text, "docx": word_text}
both = pytest.mark.parametrize("kind", READERS)


def form(client, application, kind, **asked) -> str:
    """The form as the reader downloads it, without white space."""
    made = client.get(reverse("reviews:form", args=[application.pk, kind]), asked).content
    return re.sub(r"\s", "", READERS[kind](made))


def handed_in(studio, *, by=None):
    application = ApplicationFactory(studio=studio)
    application.submit(by=by or studio.lead, on=timezone.localdate())
    Snapshot.objects.update(frozen_at=AT)
    return application


@both
def test_handed_in_by_the_lead_the_form_says_who_declared_online_and_when(kind, cast, sign_in):
    application = handed_in(cast.studio)
    for user in (cast.lead, cast.party, cast.staff):
        assert f"{WORD}领衔人（网上承诺）：龚䶮2026年3月5日09:07" in form(sign_in(user), application, kind)


@both
def test_the_form_for_paper_leaves_the_declaration_open_for_the_signature(kind, cast, sign_in):
    application = handed_in(cast.studio)
    client = sign_in(cast.department)
    assert BLANK in form(client, application, kind, paper="1")
    page = client.get(reverse("reviews:stamped", args=[application.pk])).content.decode()
    assert f'href="{reverse("reviews:form", args=[application.pk, kind])}?paper=1"' in page


@both
def test_a_draft_declares_nothing(kind, cast, sign_in):
    assert BLANK in form(sign_in(cast.lead), ApplicationFactory(studio=cast.studio), kind)


@both
def test_handed_in_for_the_lead_the_form_says_so_and_the_lead_signs_on_paper(kind, cast, sign_in):
    Studio.objects.update(started_by=cast.department)
    application = handed_in(cast.studio, by=cast.department)
    text = form(sign_in(cast.lead), application, kind)
    assert f"{WORD}李会芳于2026年3月5日09:07代领衔人在网上提交。领衔人（签字）：年月日" in text
    assert "网上承诺" not in text
    assert BLANK in form(sign_in(cast.department), application, kind, paper="1")


@both
def test_handed_in_again_the_form_says_when_that_version_was_declared(kind, cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, returned=True)
    application.resubmit(by=cast.lead, on=timezone.localdate())
    Snapshot.objects.filter(version=1).update(frozen_at=timezone.make_aware(datetime(2026, 1, 2, 8, 0)))
    Snapshot.objects.filter(version=2).update(frozen_at=AT)
    text = form(sign_in(cast.lead), application, kind)
    assert "龚䶮2026年3月5日09:07" in text
    assert "2026年1月2日" not in text


@both
@pytest.mark.parametrize(
    ("who", "sees"),
    [("lead", True), ("department", True), ("staff", True), ("party", False), ("leader", False)],
)
def test_the_lead_s_telephone_is_on_the_form_of_who_may_see_it(kind, who, sees, cast, sign_in):
    cast.lead.phone = "13912345678"
    cast.lead.save()
    application = handed_in(cast.studio)
    made = sign_in(getattr(cast, who)).get(reverse("reviews:form", args=[application.pk, kind])).content
    text = (
        pdf_text(made)
        if kind == "pdf"
        else str([c.text for t in docx.Document(io.BytesIO(made)).tables for r in t.rows for c in r.cells])
    )
    assert ("13912345678" in text) is sees
