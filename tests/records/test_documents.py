"""Making a PDF: what it may read, what it can draw, what it is signed with."""

import datetime
import http.server
import threading
from io import BytesIO

import pypdf
import pypdfium2
import pytest
from django.core.exceptions import ImproperlyConfigured
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

from records import documents
from records.fonts import unpack

RARE = "䶮㛃𬭎𠅤㐂喆珺𬱖禤骉弢翀·〇"


def page(body: str, head: str = "") -> str:
    return (
        f"<!doctype html><html lang='zh-Hans'><head><title>试</title>{head}</head><body>{body}</body></html>"
    )


@pytest.fixture
def eavesdropper():
    """An HTTP server on the loop-back address that remembers what it was asked for."""
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "text/css")
            self.end_headers()
            self.wfile.write(b"body { color: red }")

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    thread.join()
    server.server_close()


WAYS_IN = {
    "image": "<img src='{url}'>",
    "relative image": "<img src='/etc/passwd'>",
    "inline style": "<p style=\"background: url('{url}'); list-style-image: url('{url}')\">字</p>",
    "style sheet": "<link rel='stylesheet' href='{url}'>",
    "import": "<style>@import url('{url}');</style>",
    "font": "<style>@font-face {{ font-family: X; src: url('{url}') }} </style><p style='font-family: X'>a</p>",
    "attachment": "<link rel='attachment' href='{url}'>",
    "attached link": "<a rel='attachment' href='{url}'>字</a>",
    "object": "<object data='{url}'></object><embed src='{url}'>",
    "svg": "<svg><image href='{url}' width='9' height='9'/><use href='{url}#a'/></svg>",
    "base": "<base href='{url}'><img src='x.png'>",
}


@pytest.mark.parametrize("way", WAYS_IN)
def test_hostile_html_reaches_no_file_and_no_address(way, eavesdropper, tmp_path):
    url, asked = eavesdropper
    secret = tmp_path / "secret.svg"
    secret.write_text("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><text>机密</text></svg>")

    for target in (
        f"{url}/x",
        secret.as_uri(),
        "file:///etc/passwd",
        "data:text/css,p{{}}",
        "own:../settings",
    ):
        markup = WAYS_IN[way].format(url=target)
        for pdf in (documents.html_to_pdf(page(markup)), documents.html_to_pdf(page("字", head=markup))):
            reader = pypdf.PdfReader(BytesIO(pdf))
            assert dict(reader.attachments) == {}
            assert "机密" not in reader.pages[0].extract_text()
            assert b"root:" not in pdf
    assert asked == []


def test_the_address_would_be_read_without_our_fetcher(eavesdropper):
    """The twin: WeasyPrint's own fetcher does go there, so the test above can fail."""
    from weasyprint import HTML

    url, asked = eavesdropper
    HTML(string=page("字", head=WAYS_IN["style sheet"].format(url=f"{url}/x"))).write_pdf()
    assert asked == ["/x"]


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "http://127.0.0.1/", "data:,x", "own:regular/../bold", "OWN:regular"]
)
def test_the_fetcher_knows_its_own_files_only(url):
    with pytest.raises(ValueError, match="own fonts only"):
        documents.own_files_only().fetch(url)


def test_the_font_has_every_basic_ideograph_and_the_rarer_name_characters():
    drawable = []
    for path in documents.OWN_FILES.values():
        with TTFont(path, lazy=True) as font:
            drawable.append(frozenset(font.getBestCmap()))
    wanted = {*range(0x4E00, 0x9FA6), *map(ord, RARE), *map(ord, "《》〔〕“”（）、。，：；—…0123456789Aaé")}
    assert [wanted - characters for characters in drawable] == [set(), set()]


@pytest.mark.parametrize("path", documents.OWN_FILES.values(), ids=lambda path: path.stem)
def test_an_unpacked_font_is_the_one_that_was_packed(path):
    """Table by table what fontTools reads from the woff2 file; nothing in it is transformed."""
    with TTFont(path, lazy=True) as packed, TTFont(BytesIO(unpack(path)), lazy=True) as unpacked:
        assert packed.reader.tables["glyf"].transformed is False
        assert set(unpacked.reader.tables) == set(packed.reader.tables)
        assert [tag for tag in packed.reader.tables if unpacked.reader[tag] != packed.reader[tag]] == []


def test_a_woff2_file_with_rebuilt_outlines_is_refused(tmp_path):
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef"])
    builder.setupCharacterMap({})
    builder.setupGlyf({".notdef": TTGlyphPen(None).glyph()})
    builder.setupHorizontalMetrics({".notdef": (500, 0)})
    builder.setupHorizontalHeader()
    builder.setupPost()
    builder.font.flavor = "woff2"
    builder.save(tmp_path / "transformed.woff2")
    with pytest.raises(ValueError, match="transformed"):
        unpack(tmp_path / "transformed.woff2")


def test_missing_glyphs_are_listed_once_in_order():
    assert documents.missing_glyphs(f"王{RARE} 　\n李\u200d") == []
    assert documents.missing_glyphs("王😀\U0002b81e😀李\x07") == ["😀", "\U0002b81e", "\x07"]


def test_two_spellings_of_one_letter_are_one():
    assert documents.missing_glyphs("Andre\u0301") == []


def test_a_missing_glyph_is_refused_by_character_code_point_and_name():
    with pytest.raises(documents.MissingGlyph) as refusal:
        documents.require_glyphs("王\U0002b81e", whose="王\U0002b81e劳模创新工作室")
    for part in ("\U0002b81e", "U+2B81E", "王\U0002b81e劳模创新工作室"):
        assert part in str(refusal.value)


@pytest.mark.parametrize("weight", [400, 700])
def test_rare_characters_stand_in_the_text_layer_and_in_the_picture(weight):
    pdf = documents.html_to_pdf(
        page(
            "".join(f"<p>{character}</p>" for character in RARE + "\U0010fffd"),
            head=f"<style>@page {{ size: 40px 40px; margin: 0 }}"
            f"p {{ font: {weight} 32px/40px 'Union Serif'; page-break-after: always; height: 40px }}</style>",
        )
    )
    document = pypdfium2.PdfDocument(pdf)
    pages = [document[index] for index in range(len(RARE) + 1)]
    assert "".join(page.get_textpage().get_text_range().strip() for page in pages[:-1]) == RARE
    pictures = [page.render(scale=2).to_pil().convert("L") for page in pages]
    blank = pictures[0].point(lambda _: 255).tobytes()
    drawn = [picture.tobytes() for picture in pictures]
    document.close()
    assert blank not in drawn[:-1]
    assert drawn[-1] not in drawn[:-1]  # what stands for a missing glyph
    assert len(set(drawn)) == len(drawn)


def test_the_same_input_gives_the_same_bytes():
    assert documents.html_to_pdf(page("字"), archival=True) == documents.html_to_pdf(
        page("字"), archival=True
    )


def test_threads_share_one_press():
    made = []
    threads = [
        threading.Thread(target=lambda: made.append(documents.html_to_pdf(page(RARE)))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 4
    assert len(set(made)) == 1


@pytest.fixture
def signing_key(tmp_path, settings):
    """A PKCS#12 file with a key of its own, configured."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "申江大学工会")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(x509.KeyUsage(True, True, *[False] * 7), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "union.p12"
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"union", key, certificate, None, BestAvailableEncryption(b"pass")
        )
    )
    settings.CERTIFICATE_SIGNING_KEY, settings.CERTIFICATE_SIGNING_PASSWORD = str(path), "pass"
    return path


def test_without_a_key_a_document_stays_unsigned(settings):
    settings.CERTIFICATE_SIGNING_KEY = ""
    assert documents.sign(b"%PDF-as-it-is") == b"%PDF-as-it-is"


def test_with_a_key_a_document_carries_a_valid_pades_signature(signing_key):
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    pdf = documents.html_to_pdf(page("字"), archival=True)
    signed = documents.sign(pdf)
    assert signed.startswith(pdf)
    trust = ValidationContext(trust_roots=[])
    (signature,) = PdfFileReader(BytesIO(signed)).embedded_signatures
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    status = validate_pdf_signature(signature, trust)
    assert (status.intact, status.valid) == (True, True)
    assert "ENTIRE_FILE" in str(status.coverage)

    forged = bytearray(signed)
    forged[len(pdf) // 2] ^= 1
    (signature,) = PdfFileReader(BytesIO(bytes(forged))).embedded_signatures
    assert validate_pdf_signature(signature, trust).intact is False


def test_a_key_that_does_not_open_stops_with_a_hint(signing_key, settings):
    settings.CERTIFICATE_SIGNING_PASSWORD = "wrong"
    with pytest.raises(ImproperlyConfigured, match="CERTIFICATE_SIGNING_KEY"):
        documents.sign(b"%PDF")


@pytest.mark.parametrize("sign", ["\u202e", "\u202a", "\u2066", "\u200f", "\u061c"])
def test_what_turns_the_writing_round_is_refused(sign):
    with pytest.raises(documents.MissingGlyph, match=f"U\\+{ord(sign):04X}") as refusal:
        documents.require_glyphs(f"王{sign}芳", whose=f"王{sign}芳")
    assert sign not in str(refusal.value)


@pytest.mark.parametrize("name", ["", " \n", "\u200b", "\u00ad\u200d", "\u202e", "\ufe0f"])
def test_a_name_in_which_nothing_is_seen_is_refused(name):
    with pytest.raises(documents.MissingGlyph):
        documents.require_glyphs(name, whose=name)
