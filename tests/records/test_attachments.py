import io
import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.db.models import Q, QuerySet
from django.urls import reverse
from PIL import Image

from accounts.models import Notice, User
from records import attachments
from records.attachments import Attachment, Refused, attach, checked, clean_name
from tests.records import papers

pytestmark = pytest.mark.django_db

HONEST = {
    "pdf": papers.pdf(3),
    "jpg": papers.picture("JPEG"),
    "png": papers.picture("PNG"),
    "docx": papers.word(),
    "xlsx": papers.excel(),
}


@pytest.fixture
def owner():
    return User.objects.create_user("owner", name="龚䶮")


@pytest.fixture
def record(owner):
    """Something that only its owner may see."""
    return Notice.objects.create(recipient=owner, event="e", subject="立项通知")


def give(record, owner, data, name="扫描件.pdf", slot="scan"):
    return attach(checked(SimpleUploadedFile(name, data)), record, slot, by=owner)


@pytest.mark.parametrize("kind", HONEST)
def test_each_kind_is_known_by_its_content_whatever_its_name(record, owner, kind):
    kept = give(record, owner, HONEST[kind], name="荣誉证书.txt")
    assert (kept.kind, kept.name) == (kind, f"荣誉证书.txt.{kind}")
    assert (kept.target, kept.slot, kept.uploaded_by) == (record, "scan", owner)
    with kept.file.open() as stored:
        assert kept.size == len(stored.read())


def test_documents_are_kept_as_they_came(record, owner):
    for kind in ("pdf", "docx", "xlsx"):
        kept = give(record, owner, HONEST[kind])
        with kept.file.open() as stored:
            assert stored.read() == HONEST[kind]


def test_files_lie_under_random_names_without_an_ending(record, owner):
    kept = give(record, owner, HONEST["pdf"], name="龚䶮.pdf")
    assert re.fullmatch(r"files/[0-9a-f]{2}/[0-9a-f]{32}", kept.file.name)


def test_the_same_file_twice_is_kept_once_until_it_is_removed(record, owner):
    first = give(record, owner, HONEST["pdf"])
    assert give(record, owner, HONEST["pdf"], name="again.pdf") == first
    assert give(record, owner, HONEST["pdf"], slot="photo") != first
    first.remove(by=first.uploaded_by)
    assert give(record, owner, HONEST["pdf"]) != first
    assert set(Attachment.objects.current().of(record, "scan")).isdisjoint({first})
    assert first in Attachment.objects.of(record, "scan")


def test_a_slot_takes_a_bounded_number_of_files(record, owner, monkeypatch):
    monkeypatch.setattr(attachments, "MOST_IN_A_SLOT", 2)
    for pages in (1, 2):
        give(record, owner, papers.pdf(pages))
    with pytest.raises(Refused) as refusal:
        give(record, owner, papers.pdf(3))
    assert refusal.value.reason == "full"


def test_a_slot_may_take_fewer_and_what_is_there_already_still_counts_as_taken(record, owner):
    first, second = (checked(SimpleUploadedFile("a.pdf", papers.pdf(pages))) for pages in (1, 2))
    kept = attach(first, record, "scan", by=owner, most=1)
    assert attach(first, record, "scan", by=owner, most=1) == kept
    with pytest.raises(Refused):
        attach(second, record, "scan", by=owner, most=1)


TIMES = 8


def at_once(record, owner, files: list[bytes], **limits) -> list:
    """Each file from a thread of its own, all checked before the first is kept; what each was answered."""
    ready, start = [checked(SimpleUploadedFile("a.pdf", data)) for data in files], Barrier(len(files))

    def send(file):
        start.wait(60)
        try:
            return attach(file, record, "scan", by=owner, **limits)
        except Refused as refusal:
            return refusal.reason
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(files)) as pool:
        return list(pool.map(send, ready))


@pytest.mark.django_db(transaction=True)
def test_the_same_file_eight_times_at_once_is_kept_once(record, owner):
    assert len(set(at_once(record, owner, [HONEST["pdf"]] * TIMES))) == 1
    assert Attachment.objects.current().of(record, "scan").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_slot_takes_no_more_of_those_that_come_at_once(record, owner):
    answers = at_once(record, owner, [papers.pdf(number) for number in range(1, TIMES + 1)], most=3)
    assert answers.count("full") == TIMES - 3
    assert Attachment.objects.current().of(record, "scan").count() == 3


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_of_the_record_a_slot_takes_more(record, owner, monkeypatch):
    """The twin: the same files, with nobody waiting for the other; all have counted before the first is kept."""
    counted = Barrier(TIMES)

    def after_counting(data):
        counted.wait(60)
        return ContentFile(data)

    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **options: rows)
    monkeypatch.setattr(attachments, "ContentFile", after_counting)
    at_once(record, owner, [papers.pdf(number) for number in range(1, TIMES + 1)], most=3)
    assert Attachment.objects.current().of(record, "scan").count() > 3


def test_a_photo_loses_place_camera_and_comment_and_keeps_how_it_is_turned(record, owner):
    photo = papers.photo_of_a_phone()
    kept = give(record, owner, photo + b"something behind the picture")
    with kept.file.open() as stored:
        data = stored.read()
    for gone in (b"SecretPhone", b"by somebody", b"something behind"):
        assert gone not in data
    with Image.open(io.BytesIO(data)) as clean, Image.open(io.BytesIO(photo)) as before:
        assert dict(clean.getexif()) == {0x0112: 6}
        assert clean.info["icc_profile"] == b"colours"
        assert clean.tobytes() == before.tobytes()


def test_a_png_loses_its_texts_and_keeps_its_pixels(record, owner):
    from PIL.PngImagePlugin import PngInfo

    texts = PngInfo()
    texts.add_text("Author", "somebody")
    picture = papers.picture("PNG", pnginfo=texts)
    with give(record, owner, picture).file.open() as stored:
        data = stored.read()
    assert b"somebody" not in data
    with Image.open(io.BytesIO(data)) as clean, Image.open(io.BytesIO(picture)) as before:
        assert clean.tobytes() == before.tobytes()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("劳模证书.PDF", "劳模证书.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\文件\\证书.pdf", "证书.pdf"),
        ("证书\u202efdp.exe", "证书fdp.exe.pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", "aSet-Cookie_ x=1.pdf"),
        ("长" * 300 + ".pdf", "长" * 120 + ".pdf"),
        ("龚䶮·𠅤.jpeg", "龚䶮·𠅤.pdf"),
        ('"quoted".pdf', "_quoted_.pdf"),
        (".pdf", "file.pdf"),
        ("", "file.pdf"),
    ],
)
def test_names_are_tamed(name, expected):
    assert clean_name(name, "pdf") == expected


# Who gets it, and how


def test_a_file_is_seen_exactly_by_who_sees_its_record(client, record, owner, stranger):
    kept = give(record, owner, HONEST["pdf"])
    url = reverse("records:file", args=[kept.pk])
    assert set(Attachment.objects.visible_to(owner)) == {kept}
    assert set(Attachment.objects.visible_to(stranger)) == set()
    assert client.get(url).status_code == 302
    client.force_login(stranger)
    assert client.get(url).status_code == 404
    client.force_login(owner)
    assert client.get(url).status_code == 200


def test_a_record_that_does_not_say_who_sees_it_shows_its_files_to_nobody(owner):
    mute = ContentType.objects.get_for_model(User)
    kept = give(mute, owner, HONEST["pdf"])
    assert kept not in Attachment.objects.visible_to(owner)


def test_a_second_way_to_a_file_can_be_registered(record, owner, stranger, monkeypatch):
    kept = give(record, owner, HONEST["pdf"])
    monkeypatch.setattr(attachments, "ALSO_VISIBLE", [])
    attachments.also_visible(lambda user: Q(pk=kept.pk) if user == stranger else None)
    assert set(Attachment.objects.visible_to(stranger)) == {kept}


def test_a_removed_file_is_still_served_for_the_frozen_snapshots(client, record, owner):
    kept = give(record, owner, HONEST["pdf"])
    kept.remove(by=kept.uploaded_by)
    client.force_login(owner)
    assert client.get(kept.get_absolute_url()).status_code == 200


@pytest.mark.parametrize(
    ("kind", "disposition"),
    [("pdf", "inline"), ("jpg", "inline"), ("png", "inline"), ("docx", "attachment"), ("xlsx", "attachment")],
)
def test_a_file_comes_under_its_chinese_name_and_runs_nowhere(client, record, owner, kind, disposition):
    kept = give(record, owner, HONEST[kind], name="证书.bin")
    client.force_login(owner)
    answer = client.get(kept.get_absolute_url())
    assert answer["Content-Type"] == attachments.CONTENT_TYPES[kind]
    name = f"{disposition}; filename*=utf-8''%E8%AF%81%E4%B9%A6.bin.{kind}"
    assert answer["Content-Disposition"] == name
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].endswith("sandbox")
    assert answer["Cache-Control"] == "private, no-store"
    assert b"".join(answer.streaming_content)
    saved = client.get(kept.get_absolute_url(), {"download": ""})
    assert saved["Content-Disposition"].startswith("attachment;")
    saved.close()


def test_a_file_that_is_gone_from_the_disk_is_not_found(client, record, owner):
    kept = give(record, owner, HONEST["pdf"])
    kept.file.storage.delete(kept.file.name)
    client.force_login(owner)
    assert client.get(kept.get_absolute_url()).status_code == 404


def test_many_files_cost_as_many_queries_as_one(record, owner, django_assert_num_queries):
    give(record, owner, HONEST["pdf"])
    ContentType.objects.get_for_model(Notice)
    for _ in range(2):
        with django_assert_num_queries(2):
            list(Attachment.objects.visible_to(owner))
        for number in range(2, 5):
            give(record, owner, papers.pdf(number))
