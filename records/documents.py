"""Making documents: the one WeasyPrint call, the fonts it may use, and the signature.

WeasyPrint is imported when the first document is made, so that idle processes do not carry it.
Fonts and stylesheets are read once per process and shared; that is what makes a certificate cheap.
"""

from __future__ import annotations

import atexit
import logging
import os
import unicodedata
from functools import cache
from io import BytesIO
from threading import Lock

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from records.fonts import unpack
from records.moves import DomainError

FONTS = settings.BASE_DIR / "static" / "fonts"
OWN_FILES = {
    "own:regular": FONTS / "NotoSerifSC-Regular.woff2",
    "own:bold": FONTS / "NotoSerifSC-Bold.woff2",
}


# Marks, embeddings, overrides and isolates: they turn the direction of writing and are not seen themselves.
TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class MissingGlyph(DomainError):
    """A text holds a character that the document font cannot draw."""


def missing_glyphs(text: str) -> list[str]:
    """The characters of ``text`` that would be blank in a document, each once, in order of appearance.

    White space and joiners need no glyph. Canonically equal spellings count as one (é in one or two). What turns the
    direction of writing would show another text than the one that is kept, and counts as missing.
    """
    signs = dict.fromkeys(unicodedata.normalize("NFC", text))
    drawn = (c for c in signs if not c.isspace() and (c in TURNING or unicodedata.category(c) != "Cf"))
    return [c for c in drawn if c in TURNING or ord(c) not in _drawable()]


def is_seen(text: str) -> bool:
    """Whether there is anything to be seen in ``text``."""
    return any(not c.isspace() and unicodedata.category(c) not in ("Cf", "Mn") for c in text)


def listed(signs: list[str]) -> str:
    """Characters with their code points, those that nobody sees by their code points alone."""
    return "、".join(f"{c}（U+{ord(c):04X}）" if is_seen(c) else f"U+{ord(c):04X}" for c in signs)


def require_glyphs(text: str, *, whose: str) -> None:
    """Refuse ``text`` if the font lacks one of its characters.

    :param whose: the person or studio that the text names, as it stands in the message.
    :raises MissingGlyph: naming each character and its code point, or when there is nothing to be seen at all.
    """
    if not is_seen(text):
        raise MissingGlyph(_("A name is empty or holds nothing that can be seen. No document was made."))
    missing = missing_glyphs(text)
    if not missing:
        return
    plain = "".join(c for c in whose if c not in TURNING)
    raise MissingGlyph(
        _("The document font has no glyph for %(characters)s in “%(whose)s”. No document was made.")
        % {"characters": listed(missing), "whose": plain}
    )


@cache
def _drawable() -> frozenset[int]:
    """The code points that both weights of the font can draw."""
    from fontTools.ttLib import TTFont

    covered = []
    for path in OWN_FILES.values():
        with TTFont(BytesIO(unpack(path)), lazy=True) as font:
            covered.append(frozenset(font.getBestCmap()))
    return frozenset.intersection(*covered)


class _Press:
    """What one process shares between its documents: the font configuration and the parsed stylesheets."""

    def __init__(self):
        from weasyprint.text.fonts import FontConfiguration

        for noisy in ("weasyprint", "weasyprint.progress", "fontTools"):
            logging.getLogger(noisy).setLevel(logging.ERROR)
        self.lock = Lock()  # Pango's font map is not made for two threads at once
        self.fonts = FontConfiguration()
        self.fetcher = own_files_only()
        self.sheets: dict = {}

    def sheet(self, name: str):
        """The stylesheet ``templates/pdf/<name>.css``, parsed once."""
        from weasyprint import CSS

        if name not in self.sheets:
            css = (settings.BASE_DIR / "templates" / "pdf" / f"{name}.css").read_text("utf-8")
            self.sheets[name] = CSS(string=css, font_config=self.fonts, url_fetcher=self.fetcher)
        return self.sheets[name]


# One press per process. A child of fork gets its own, and the inherited one stays referenced: collecting it
# would delete the parent's unpacked fonts.
_presses: dict[int, _Press] = {}
_presses_lock = Lock()
atexit.register(lambda: _presses.pop(os.getpid(), None))
os.register_at_fork(after_in_child=_presses_lock._at_fork_reinit)


def _press() -> _Press:
    with _presses_lock:
        if os.getpid() not in _presses:
            _presses[os.getpid()] = _Press()
        return _presses[os.getpid()]


def own_files_only():
    """A WeasyPrint fetcher that knows the addresses in ``OWN_FILES`` and refuses all others."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class OwnFilesOnly(URLFetcher):
        def fetch(self, url, headers=None):
            if url not in OWN_FILES:
                raise ValueError("documents read their own fonts only")
            return URLFetcherResponse(url, unpack(OWN_FILES[url]), {"Content-Type": "font/ttf"})

    return OwnFilesOnly()


def render_pdf(template: str, context: dict, *, archival: bool = False) -> bytes:
    """Typeset ``templates/pdf/<template>.html`` with ``<template>.css`` and return the PDF.

    The template escapes what it is given; no address in it is followed. The same input gives the same bytes.

    :param archival: write PDF/A-2u, as certificates are kept.
    """
    return html_to_pdf(
        render_to_string(f"pdf/{template}.html", context), sheets=(template,), archival=archival
    )


def html_to_pdf(html: str, *, sheets: tuple[str, ...] = (), archival: bool = False) -> bytes:
    """The PDF of a finished HTML page with our fonts and the named stylesheets of ``templates/pdf/``."""
    from weasyprint import HTML

    press = _press()
    with press.lock:
        return HTML(string=html, url_fetcher=press.fetcher).write_pdf(
            font_config=press.fonts,
            stylesheets=[press.sheet(name) for name in ("fonts", *sheets)],
            pdf_identifier=True,
            pdf_variant="pdf/a-2u" if archival else None,
        )


def sign(pdf: bytes) -> bytes:
    """``pdf`` with an invisible PAdES signature of the union, or as it is when no signing key is configured.

    :raises django.core.exceptions.ImproperlyConfigured: when the configured key cannot be read.
    """
    if not settings.CERTIFICATE_SIGNING_KEY:
        return pdf
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import PdfSignatureMetadata, PdfSigner
    from pyhanko.sign.fields import SigSeedSubFilter

    metadata = PdfSignatureMetadata(
        field_name="Union", md_algorithm="sha256", name=settings.UNION, subfilter=SigSeedSubFilter.PADES
    )
    signed = PdfSigner(metadata, signer=_signer()).sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)))
    return signed.getvalue()


@cache
def _load_signer(path: str, password: str):
    from django.core.exceptions import ImproperlyConfigured
    from pyhanko.sign import SimpleSigner

    signer = SimpleSigner.load_pkcs12(path, passphrase=password.encode() or None)
    if signer is None:
        raise ImproperlyConfigured(
            "CERTIFICATE_SIGNING_KEY is no PKCS#12 file that CERTIFICATE_SIGNING_PASSWORD opens."
        )
    return signer


def _signer():
    return _load_signer(settings.CERTIFICATE_SIGNING_KEY, settings.CERTIFICATE_SIGNING_PASSWORD)
