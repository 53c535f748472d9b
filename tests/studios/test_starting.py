"""Starting a studio, for oneself or for somebody of the unit."""

from django.urls import reverse

from accounts.models import Notice
from studios.models import Studio
from tests.factories import UserFactory


def test_a_lead_starts_a_studio_with_name_unit_and_honour_prefilled(cast, sign_in):
    cast.stranger.honour_text = "2020年上海市五一劳动奖章"
    cast.stranger.save()
    answer = sign_in(cast.stranger).post(reverse("studios:start"), {"name": ""})
    studio = Studio.objects.get(lead=cast.stranger)
    assert answer.url == reverse("studios:parts", args=[studio.pk])
    assert (studio.name, studio.unit, studio.state) == ("路远劳模创新工作室", cast.other_unit, "candidate")
    assert list(studio.honours.values_list("title", "level", "year")) == [
        ("上海市五一劳动奖章", "provincial", 2020)
    ]


def test_starting_twice_leads_to_the_studio_there_is(cast, sign_in):
    answer = sign_in(cast.lead).post(reverse("studios:start"), {"name": "另一个"})
    assert answer.url == cast.studio.get_absolute_url()
    assert Studio.objects.filter(lead=cast.lead).count() == 1


def test_a_department_union_starts_for_its_own_people_only_and_the_lead_is_told(cast, sign_in):
    own, other = UserFactory(unit=cast.unit), UserFactory(unit=cast.other_unit)
    client = sign_in(cast.department)
    assert client.post(f"{reverse('studios:start')}?lead={other.pk}", {}).status_code == 404
    client.post(f"{reverse('studios:start')}?lead={own.pk}", {})
    studio = Studio.objects.get(lead=own)
    assert studio.started_by == cast.department
    assert cast.department.has_perm("studios.edit_studio", studio)
    assert Notice.objects.filter(recipient=own, event=f"studio-started:{studio.pk}").count() == 1
    assert not Studio.objects.filter(lead=other).exists()


def test_nobody_else_starts_for_others(cast, sign_in):
    url = f"{reverse('studios:start')}?lead={cast.member.pk}"
    assert sign_in(cast.stranger).post(url, {}).status_code == 403
    assert not Studio.objects.filter(lead=cast.member).exists()
