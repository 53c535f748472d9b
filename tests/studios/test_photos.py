"""Photos of the place: what is kept of them, and when."""

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from records.attachments import Attachment
from tests.factories import StudioFactory
from tests.records.papers import pdf
from tests.studios.addresses import part_url


def test_a_photo_is_kept_and_anything_else_is_refused_at_the_field(cast, sign_in):
    client = sign_in(cast.lead)
    opened = client.get(part_url(cast.studio)).context["form"].opened
    answer = client.post(
        part_url(cast.studio),
        {
            "address": "新楼 302",
            "area": "50",
            "opened": opened,
            "photos": [SimpleUploadedFile("门口.jpg", pdf())],
        },
    )
    assert answer.status_code == 200
    assert set(answer.context["form"].errors) == {"photos"}
    assert "新楼 302" in answer.content.decode()
    assert not Attachment.objects.of(cast.studio.venue).exists()


def test_photos_sent_with_a_refused_part_are_kept(cast, sign_in):
    client = sign_in(cast.lead)
    photo = SimpleUploadedFile("门口.jpg", jpg())
    answer = client.post(part_url(cast.studio), {"address": "新楼", "area": "很大", "photos": [photo]})
    assert set(answer.context["form"].errors) == {"area"}
    assert [file.name for file in answer.context["photos"]] == ["门口.jpg"]


def test_photos_sent_with_the_first_save_of_a_place_are_kept_though_its_area_is_refused(db, sign_in):
    studio = StudioFactory()
    photos = [SimpleUploadedFile(f"{number}.jpg", jpg(number)) for number in range(2)]
    answer = sign_in(studio.lead).post(part_url(studio), {"area": "一百二", "photos": photos})
    assert set(answer.context["form"].errors) == {"area"}
    assert [file.name for file in answer.context["photos"]] == ["0.jpg", "1.jpg"]
    assert "照片已收下，无需重新选择" in answer.content.decode()


def test_photos_sent_with_a_text_that_two_changed_are_kept(cast, sign_in):
    client = sign_in(cast.lead)
    opened = client.get(part_url(cast.studio)).context["form"].opened
    cast.studio.venue.address = "另一座楼"
    cast.studio.venue.save()
    photos = [SimpleUploadedFile("门口.jpg", jpg(1)), SimpleUploadedFile("坏.jpg", b"no picture")]
    answer = client.post(
        part_url(cast.studio), {"address": "新楼", "area": "50", "opened": opened, "photos": photos}
    )
    assert answer.status_code == 409
    assert "坏.jpg" in answer.content.decode()
    assert [file.name for file in Attachment.objects.of(cast.studio.venue)] == ["门口.jpg"]


def test_no_more_than_six_photos_are_kept(cast, sign_in):
    client = sign_in(cast.lead)
    opened = client.get(part_url(cast.studio)).context["form"].opened
    photos = [SimpleUploadedFile(f"{number}.jpg", jpg(number)) for number in range(7)]
    answer = client.post(
        part_url(cast.studio), {"address": "新楼", "area": "50", "opened": opened, "photos": photos}
    )
    assert "6.jpg" in str(answer.context["form"].errors["photos"])
    assert Attachment.objects.current().of(cast.studio.venue, "photo").count() == 6


def jpg(shade: int = 0) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), (shade * 30, 90, 90)).save(out, "JPEG")
    return out.getvalue()
