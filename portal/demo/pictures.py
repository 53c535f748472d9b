"""Drawn pictures for the demo: no photograph of a real place."""

from io import BytesIO

from PIL import Image, ImageDraw

GROUNDS = [("#e9e4da", "#b7ab95", "#8c161f"), ("#dfe7ea", "#93a7ad", "#1d4f91")]


def photo(hue: int) -> bytes:
    """A room in plain shapes, 1200 × 800, as PNG."""
    wall, floor, accent = GROUNDS[hue % len(GROUNDS)]
    image = Image.new("RGB", (1200, 800), wall)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 560, 1200, 800), fill=floor)
    draw.rectangle((120, 120, 620, 420), fill="#ffffff", outline=accent, width=6)
    for row in range(4):
        draw.line((160, 180 + 55 * row, 580 - 60 * row, 180 + 55 * row), fill="#9aa3ab", width=8)
    for column in range(3):
        left = 180 + 320 * column
        draw.rectangle((left, 520, left + 240, 545), fill="#6e4b2a")
        draw.rectangle((left + 15, 545, left + 30, 690), fill="#6e4b2a")
        draw.rectangle((left + 210, 545, left + 225, 690), fill="#6e4b2a")
    draw.rectangle((820, 140, 1060, 440), fill=accent)
    draw.ellipse((880, 220, 1000, 340), fill="#f3d58a")
    out = BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()
