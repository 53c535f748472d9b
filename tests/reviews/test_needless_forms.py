"""A stamped form that waits for its check while all three sign online: it ends, and its uploader is told."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice
from records import agenda
from reviews.models import PaperForm, Part, State
from tests.factories import ApplicationFactory
from tests.reviews.test_paper_forms import upload

pytestmark = pytest.mark.django_db
WHY = "推荐意见和党政意见已在网上签齐，这份盖章申报表不再需要核对。"


def test_with_the_third_signature_online_it_waits_no_more(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, submitted=True)
    upload(sign_in(cast.department), application, party_name="钱书记", party_opinion="同意")
    form = PaperForm.objects.get()
    application.endorse(Part.RECOMMENDATION, by=cast.department, opinion="同意推荐。")
    application.endorse(Part.PARTY, by=cast.party, opinion="同意。")
    form.refresh_from_db()
    assert form.state == PaperForm.State.UPLOADED
    application.endorse(Part.ADMINISTRATION, by=cast.administration, opinion="同意。")
    form.refresh_from_db()
    assert (application.state, form.state) == (State.RECOMMENDED, PaperForm.State.TURNED_DOWN)
    assert list(form.log.values_list("verb", "actor", "note")) == [("turn_down", cast.administration.pk, WHY)]
    told = Notice.objects.filter(event=f"paper-form:{form.pk}", milestone="turned_down")
    assert [(one.recipient, WHY in one.body, "请重新上传" in one.body) for one in told] == [
        (cast.department, True, False)
    ]
    waiting = {queue.title: queue.count for queue in agenda.queues.of(cast.staff, timezone.localdate())}
    assert waiting["待核对的盖章申报表"] == 0
    assert agenda.tasks_of(cast.department, timezone.localdate()) == []
    page = reverse("admin:reviews_paperform_change", args=[form.pk])
    assert WHY in sign_in(cast.staff).get(page).content.decode()


def test_a_form_whose_check_brings_the_last_signature_stays_checked(cast, sign_in):
    application = ApplicationFactory(studio=cast.studio, submitted=True)
    application.endorse(Part.RECOMMENDATION, by=cast.department, opinion="同意推荐。")
    application.endorse(Part.PARTY, by=cast.party, opinion="同意。")
    words = {"administration_name": "孙院长", "administration_opinion": "同意"}
    upload(sign_in(cast.department), application, **words)
    page = reverse("admin:reviews_paperform_change", args=[PaperForm.objects.get().pk])
    sign_in(cast.staff).post(page, {"check": "1"})
    application.refresh_from_db()
    assert (application.state, PaperForm.objects.get().state) == (State.RECOMMENDED, PaperForm.State.CHECKED)
