"""Files made to hurt: a clear sentence within 5 s, and under 300 MB in the process that looks at them."""

import json
import subprocess
import sys
import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from records import attachments
from records.attachments import REASONS, Attachment, Refused, attach, checked
from tests.records import papers

MB = 2**20


def lying_zip():
    """An archive whose table says that an entry is small."""
    import struct

    data = papers.with_entries(papers.word(), {"word/big.xml": b" " * (40 * MB)})
    at = data.rindex(b"PK\x01\x02", 0, data.rindex(b"PK\x05\x06"))
    return data[: at + 24] + struct.pack("<I", 1000) + data[at + 28 :]


def jpeg_cut_short():
    return papers.picture("JPEG", (800, 600))[:-5000]


HOSTILE = {
    "nothing": (lambda: b"", "empty"),
    "more than is taken": (lambda: b"%PDF-1.4" + bytes(21 * MB), "too_large"),
    "a program named pdf": (lambda: b"MZ" + bytes(5000), "unknown"),
    "a web page": (lambda: b"<html><script>alert(1)</script>", "unknown"),
    "a drawing": (lambda: b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "unknown"),
    "a gif": (lambda: papers.picture("GIF"), "unknown"),
    "an old doc": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5000), "old_office"),
    "a plain zip": (lambda: papers.zipped(readme=b"x"), "unknown"),
    "a zip dressed as Word": (lambda: papers.with_entries(b"", {papers.CONTENT_TYPES: b"<x/>"}), "unknown"),
    "Word with macros": (papers.with_macros, "macros"),
    "Excel with macros": (
        lambda: papers.with_entries(papers.excel(), {"xl/vbaProject.bin": b"\xd0\xcf"}),
        "macros",
    ),
    "Word with a template from elsewhere": (
        lambda: papers.with_entries(
            papers.word(),
            {"word/_rels/settings.xml.rels": b'<r Type="x/attachedTemplate" Target="http://evil"/>'},
        ),
        "macros",
    ),
    "Word with entities": (
        lambda: papers.with_entries(papers.word(), {papers.CONTENT_TYPES: b'<!DOCTYPE a [<!ENTITY b "c">]>'}),
        "damaged",
    ),
    "Word with a way out": (lambda: papers.with_entries(papers.word(), {"../evil": b"x"}), "damaged"),
    "a zip bomb": (lambda: papers.with_entries(papers.word(), {"word/media/a": bytes(300 * MB)}), "bomb"),
    "a small zip bomb": (
        lambda: papers.with_entries(papers.word(), {"word/media/a": bytes(50 * MB)}),
        "bomb",
    ),
    "a zip bomb that lies": (lying_zip, "damaged"),
    "many entries": (
        lambda: papers.with_entries(papers.word(), {f"word/{n}": b"" for n in range(3100)}),
        "bomb",
    ),
    "Word cut short": (lambda: papers.word()[:-3000], "damaged"),
    "a pixel bomb": (lambda: papers.flat_png(60_000, 60_000), "pixels"),
    "a picture cut short": (jpeg_cut_short, "damaged"),
    "a png cut short": (lambda: papers.picture("PNG", (300, 300))[:-2000], "damaged"),
    "a pdf cut short": (lambda: papers.pdf(5)[:-300], "damaged"),
    "a pdf of rubbish": (lambda: b"%PDF-1.7\n" + b"rubbish " * 5000 + b"%%EOF", "damaged"),
    "a pdf of many pages": (lambda: papers.pdf(attachments.MOST_PAGES + 1), "pages"),
    "a pdf with a wide tree": (lambda: papers.pdf_with_wide_tree(6_000), "pages"),
    "a pdf with a very wide tree": (
        lambda: papers.pdf_with_wide_tree(2_000_000),
        ("pages", "bomb", "damaged", "slow"),
    ),
    "a pdf with a deep tree": (papers.pdf_with_deep_tree, "damaged"),
    "a pdf that goes round": (papers.pdf_with_a_ring, "damaged"),
    "a pdf that unpacks to a gigabyte": (papers.pdf_with_stream_bomb, ("bomb", "damaged", "slow")),
    "a pdf with a password": (
        lambda: papers.pdf(encryption=papers.pikepdf.Encryption(owner="a", user="b")),
        "password",
    ),
    "a pdf with a script": (
        lambda: papers.pdf_that_acts({"/S": papers.pikepdf.Name.JavaScript, "/JS": "app.alert(1)"}),
        "active",
    ),
    "a pdf with a script on a page": (
        lambda: papers.pdf_that_acts({"/S": papers.pikepdf.Name.JavaScript, "/JS": "x"}, where="AA"),
        "active",
    ),
    "a pdf that starts a program": (
        lambda: papers.pdf_that_acts({"/S": papers.pikepdf.Name.Launch, "/F": "cmd.exe"}, where="A"),
        "active",
    ),
    "a pdf that is a zip as well": (lambda: papers.pdf() + papers.zipped(evil=b"x"), ("damaged", "unknown")),
    "a zip that is a pdf as well": (lambda: papers.zipped(evil=b"x") + papers.pdf(), "unknown"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_with_its_reason_within_five_seconds(name):
    make, expected = HOSTILE[name]
    data = make()
    before = time.monotonic()
    with pytest.raises(Refused) as refusal:
        checked(SimpleUploadedFile("证书.pdf", data))
    assert time.monotonic() - before < 5
    assert refusal.value.reason in (expected if isinstance(expected, tuple) else (expected,))
    assert "%(" not in str(refusal.value)


MEASURE = """
import json, resource, subprocess, sys
script, limits, path = sys.argv[1:]
with open(path, "rb") as data:
    ended = subprocess.run([sys.executable, "-I", script, limits], stdin=data, capture_output=True, timeout=9)
print(json.dumps(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
"""


@pytest.mark.parametrize(
    "name",
    [
        "a zip bomb",
        "a pixel bomb",
        "a pdf with a wide tree",
        "a pdf with a deep tree",
        "heavy",
        "a pdf that unpacks to a gigabyte",
    ],
)
def test_looking_at_a_hostile_file_takes_less_than_300_mb(name, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(papers.flat_png(7000, 7000) if name not in HOSTILE else HOSTILE[name][0]())
    limits = json.dumps(attachments.LIMITS)
    told = [sys.executable, "-c", MEASURE, attachments.INSPECTION, limits, str(path)]
    found = subprocess.run(told, capture_output=True, check=True, timeout=30)
    assert json.loads(found.stdout) / 1024 < 300


def test_a_file_that_keeps_the_looker_busy_is_given_up(monkeypatch, tmp_path):
    busy = tmp_path / "busy.py"
    busy.write_text("while True: pass")
    monkeypatch.setattr(attachments, "INSPECTION", str(busy))
    monkeypatch.setattr(attachments, "PATIENCE_SECONDS", 0.5)
    with pytest.raises(Refused) as refusal:
        checked(SimpleUploadedFile("x.pdf", papers.pdf()))
    assert refusal.value.reason == "slow"


@pytest.mark.django_db
def test_a_refused_file_leaves_nothing_behind(settings):
    from accounts.models import Notice, User

    owner = User.objects.create_user("owner", name="龚䶮")
    record = Notice.objects.create(recipient=owner, event="e", subject="s")
    with pytest.raises(Refused):
        attach(SimpleUploadedFile("证书.pdf", b"MZ"), record, "scan", by=owner)
    assert not Attachment.objects.exists()
    assert not settings.MEDIA_ROOT.exists() or not any(settings.MEDIA_ROOT.rglob("*"))


def test_every_reason_is_tried():
    tried = {
        reason
        for _make, reasons in HOSTILE.values()
        for reason in ([reasons] if isinstance(reasons, str) else reasons)
    }
    assert set(REASONS) - tried == {"full"}
