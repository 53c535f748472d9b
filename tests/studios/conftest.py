import pytest

from studios import issuing
from studios.models import IssuedPaper


@pytest.fixture
def quick_press(monkeypatch):
    """PDFs without typesetting, each other than the last; returns what was pressed."""
    pressed = []

    def press(certificate, *, preview=False):
        pressed.append(certificate.number)
        return b"%PDF-1.7 " + f"{certificate.number} {len(pressed)}".encode()

    monkeypatch.setattr(issuing, "PRESSES", dict.fromkeys(IssuedPaper.Kind, press))
    return pressed
