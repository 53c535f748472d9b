"""Build the two document fonts in ``static/fonts/`` from the full Noto Serif SC (SIL Open Font License).

    .venv/bin/python -m tools.build_fonts [folder with the unpacked npm package]

Without a folder the package is fetched with ``npm pack``; its fonts are checked against the digests below.
Two things differ from a plain subset, and both were measured:

* Glyphs are put in the order in which Chinese text uses them (GB 2312 level 1, level 2, the rest).
  WeasyPrint's subsetting costs time up to the highest glyph in use: 65 ms a certificate became 56 ms.
* The woff2 files keep ``glyf`` untransformed (the format allows it). They are a fifth larger, and are
  unpacked in 0.3 s where fontTools needs 6 to 20 s to rebuild the outlines, once in every worker process.
"""

import hashlib
import subprocess
import sys
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

from fontTools import subset
from fontTools.ttLib import TTFont, woff2
from fontTools.ttLib.reorderGlyphs import reorderGlyphs

PACKAGE = "@expo-google-fonts/noto-serif-sc@0.4.3"
SOURCES = {
    "NotoSerifSC-Regular": (
        "400Regular/NotoSerifSC_400Regular.ttf",
        "c358a69de3df5f423a8946a7b03e3126fb6ba116f1130a463455b4e39e1f0742",
    ),
    "NotoSerifSC-Bold": (
        "700Bold/NotoSerifSC_700Bold.ttf",
        "9c6a2ba736e4b499c84f65ce366bd3625c0401885fd3e585ace50fb738b96ff6",
    ),
}
TARGET = Path(__file__).resolve().parent.parent / "static" / "fonts"
RANGES = [
    (0x0020, 0x024F),  # Latin, digits, the middle dot
    (0x0370, 0x04FF),  # Greek and Cyrillic, as they stand in titles of projects and papers
    (0x2000, 0x2BFF),  # punctuation, signs, circled numbers
    (0x3000, 0x30FF),  # Chinese punctuation, 〇, kana
    (0x3400, 0x9FFF),  # extension A and the basic block
    (0xF900, 0xFAFF),  # compatibility ideographs
    (0xFE30, 0xFFEF),  # full-width forms
    (0x20000, 0x3FFFF),  # every ideograph beyond that the font has
]
FEATURES = ["kern", "ccmp", "locl", "halt", "palt", "chws", "mark"]


def fetch(folder: Path) -> Path:
    """Unpack the npm package into ``folder`` and return the path of its content."""
    subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package"


def commonness(character: str) -> int:
    """0 for GB 2312 level 1 and everything simpler, 1 for level 2, 2 for the rest."""
    try:
        encoded = character.encode("gb2312")
    except UnicodeEncodeError:
        return 2
    return 0 if len(encoded) == 1 or encoded[0] < 0xD8 else 1


def build(source: Path, target: Path) -> None:
    """Write the subset of ``source`` to ``target`` as woff2."""
    font = TTFont(source, lazy=False, recalcTimestamp=False)
    wanted = [code for code in font.getBestCmap() if any(low <= code <= high for low, high in RANGES)]
    options = subset.Options(
        layout_features=FEATURES, name_IDs=["*"], hinting=False, notdef_outline=True, glyph_names=True
    )
    options.drop_tables += ["vhea", "vmtx", "BASE", "STAT", "DSIG"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=wanted)
    subsetter.subset(font)

    rank: dict[str, int] = {}
    for code, glyph in font.getBestCmap().items():
        rank[glyph] = min(rank.get(glyph, 3), commonness(chr(code)))
    notdef, *others = font.getGlyphOrder()
    reorderGlyphs(font, [notdef, *sorted(others, key=lambda glyph: rank.get(glyph, 3))])
    font["post"].formatType = 3.0
    font.flavor = "woff2"
    font.flavorData = woff2.WOFF2FlavorData(transformedTables=[])
    font.save(target)
    print(f"{target.name}: {len(wanted)} characters, {target.stat().st_size / 2**20:.1f} MB")


def main(arguments: list[str]) -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as scratch:
        package = Path(arguments[0]) if arguments else fetch(Path(scratch))
        for name, (path, digest) in SOURCES.items():
            source = package / path
            if hashlib.sha256(source.read_bytes()).hexdigest() != digest:
                sys.exit(f"{source} is not the font this was built from; look at it, then change the digest.")
            build(source, TARGET / f"{name}.woff2")
        (TARGET / "OFL.txt").write_bytes((package / "LICENSE_FONT").read_bytes())


if __name__ == "__main__":
    main(sys.argv[1:])
