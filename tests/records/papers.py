"""Files for the upload tests, honest and hostile, made on the spot."""

import io
import struct
import zipfile
import zlib

import docx
import openpyxl
import pikepdf
from PIL import Image

CONTENT_TYPES = "[Content_Types].xml"


def pdf(pages: int = 1, **options) -> bytes:
    document = pikepdf.new()
    for _ in range(pages):
        document.add_blank_page()
    return saved(document, **options)


def saved(document: pikepdf.Pdf, **options) -> bytes:
    out = io.BytesIO()
    document.save(out, **options)
    return out.getvalue()


def pdf_that_acts(action: dict, where: str = "OpenAction") -> bytes:
    """A PDF that starts ``action`` at opening (``OpenAction``), on a page (``AA``) or on a note (``A``)."""
    document = pikepdf.new()
    document.add_blank_page()
    what = pikepdf.Dictionary(action)
    if where == "OpenAction":
        document.Root.OpenAction = what
    elif where == "AA":
        document.pages[0].AA = pikepdf.Dictionary(O=what)
    else:
        link = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=what
        )
        document.pages[0].Annots = pikepdf.Array([link])
    return saved(document, object_stream_mode=pikepdf.ObjectStreamMode.generate)


SCRIPT = {"/S": pikepdf.Name.JavaScript, "/JS": "app.alert(1)"}


def pdf_with(change, **options) -> bytes:
    """A PDF of one page to which ``change`` did something; its objects are packed, as Word and Acrobat pack them."""
    document = pikepdf.new()
    document.add_blank_page()
    change(document)
    return saved(document, **{"object_stream_mode": pikepdf.ObjectStreamMode.generate, **options})


def outline(action: dict):
    """Hangs an outline with one item that starts ``action`` into a document."""

    def change(document):
        item = document.make_indirect(pikepdf.Dictionary(Title="一", A=pikepdf.Dictionary(action)))
        document.Root.Outlines = document.make_indirect(
            pikepdf.Dictionary(Type=pikepdf.Name.Outlines, First=item, Last=item, Count=1)
        )

    return change


def opening(action):
    """Sets what a document does at its opening."""

    def change(document):
        document.Root.OpenAction = action(document) if callable(action) else pikepdf.Dictionary(action)

    return change


def field_with_events(document) -> None:
    """A field between two others, with a script for each key that is pressed."""
    last = document.make_indirect(pikepdf.Dictionary(T="c"))
    events = pikepdf.Dictionary(K=pikepdf.Dictionary(SCRIPT))
    middle = document.make_indirect(pikepdf.Dictionary(T="b", AA=events, Kids=pikepdf.Array([last])))
    first = document.make_indirect(pikepdf.Dictionary(T="a", Kids=pikepdf.Array([middle])))
    document.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([first]))


def pages_with_events(document) -> None:
    document.Root.Pages.AA = pikepdf.Dictionary(
        O=pikepdf.Dictionary(S=pikepdf.Name.Named, N=pikepdf.Name.Print)
    )


def xfa(document) -> None:
    document.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array(), XFA="<xdp><script>x</script></xdp>")


def attached(document) -> None:
    document.attachments["evil.exe"] = b"MZ"


def pointed_at(document) -> None:
    """The kind of an action stands in an object of its own."""
    kind = document.make_indirect(pikepdf.Name.SubmitForm)
    document.pages[0].Annots = pikepdf.Array(
        [
            document.make_indirect(
                pikepdf.Dictionary(Subtype=pikepdf.Name.Link, A=pikepdf.Dictionary(S=kind, F="x"))
            )
        ]
    )


def spelled_in_codes(action: str) -> bytes:
    """An outline item with an action whose name is written in codes."""
    return by_hand(
        [
            "1 0 obj<</Type/Catalog/Pages 2 0 R/Outlines 4 0 R>>endobj\n",
            "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n",
            "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\n",
            "4 0 obj<</Type/Outlines/First 5 0 R/Last 5 0 R/Count 1>>endobj\n",
            f"5 0 obj<</Title(x)/Parent 4 0 R/A<</S{action}/F(cmd.exe)>>>>endobj\n",
        ],
        size=6,
    )


def packed_by_hand(*objects: str) -> bytes:
    """A PDF whose objects 2, 3, … stand in one packed stream, the first of them the catalog."""
    head, texts = b"%PDF-1.5\n", [text.encode() for text in objects]
    places, at = [], 0
    for number, text in enumerate(texts, start=2):
        places.append(f"{number} {at}")
        at += len(text) + 1
    index = " ".join(places).encode() + b" "
    body = zlib.compress(index + b" ".join(texts))
    stream = f"1 0 obj<</Type/ObjStm/N {len(texts)}/First {len(index)}/Filter/FlateDecode/Length {len(body)}>>stream\n"
    stream = stream.encode() + body + b"\nendstream endobj\n"
    last = len(texts) + 2
    entries = struct.pack(">BHB", 0, 0, 255) + struct.pack(">BHB", 1, len(head), 0)
    entries += b"".join(struct.pack(">BHB", 2, 1, place) for place in range(len(texts)))
    entries += struct.pack(">BHB", 1, len(head) + len(stream), 0)
    xref = f"{last} 0 obj<</Type/XRef/Size {last + 1}/W[1 2 1]/Root 2 0 R/Length {len(entries)}>>stream\n".encode()
    xref += entries + b"\nendstream endobj\n"
    return head + stream + xref + f"startxref\n{len(head) + len(stream)}\n%%EOF\n".encode()


def catalog_with(more: str) -> bytes:
    return packed_by_hand(
        f"<</Type/Catalog/Pages 3 0 R{more}>>",
        "<</Type/Pages/Kids[4 0 R]/Count 1>>",
        "<</Type/Page/Parent 3 0 R/MediaBox[0 0 9 9]>>",
    )


def links(document) -> None:
    """What an honest paper has: links, a page to begin with, and names that mean nothing here."""
    page = document.pages[0]
    link = pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://www.example.edu.cn/")
    page.Annots = pikepdf.Array(
        [pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=link)]
    )
    document.Root.OpenAction = pikepdf.Array([page.obj, pikepdf.Name.Fit])
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Courier
    )
    picture = document.make_stream(b"\0", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form)
    page.Resources = pikepdf.Dictionary(
        Font=pikepdf.Dictionary(AA=font), XObject=pikepdf.Dictionary(JS=picture, EF=font)
    )


def form_to_fill_in(document) -> None:
    field = document.make_indirect(pikepdf.Dictionary(T="姓名", FT=pikepdf.Name.Tx))
    document.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([field]))


def first_page(document):
    return pikepdf.Dictionary(S=pikepdf.Name.GoTo, D=pikepdf.Array([document.pages[0].obj, pikepdf.Name.Fit]))


def first_page_and_on(document):
    """Begins as honest ones do, and goes on to somewhere else."""
    action = first_page(document)
    action.Next = pikepdf.Array([pikepdf.Dictionary(S=pikepdf.Name.URI, URI="http://evil.example/")])
    return action


def pdf_with_deep_tree(depth: int = 20_000) -> bytes:
    """Page tree nodes one below the other."""
    kids = [
        f"{n} 0 obj<</Type/Pages/Kids[{n + 1} 0 R]/Count 1/Parent {n - 1} 0 R>>endobj\n"
        for n in range(2, depth)
    ]
    return by_hand(["1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n", *kids], size=depth)


def pdf_with_a_ring() -> bytes:
    """Two page tree nodes that are each other's child."""
    return by_hand(
        [
            "1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n",
            "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n",
            "3 0 obj<</Type/Pages/Kids[2 0 R]/Count 1>>endobj\n",
        ],
        size=4,
    )


def pdf_with_wide_tree(pages: int) -> bytes:
    """One list with many references to one page, and a count that says there is one."""
    kids = "3 0 R " * pages
    return by_hand(
        [
            "1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n",
            f"2 0 obj<</Type/Pages/Kids[{kids}]/Count 1>>endobj\n",
            "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\n",
        ],
        size=4,
    )


def by_hand(objects: list[str], size: int) -> bytes:
    out, places = b"%PDF-1.4\n", []
    body = []
    at = len(out)
    for text in objects:
        places.append(at)
        body.append(text.encode())
        at += len(body[-1])
    table = f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n".encode()
    table += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    end = f"trailer<</Root 1 0 R/Size {size}>>\nstartxref\n{at}\n%%EOF\n".encode()
    return out + b"".join(body) + table + end


def pdf_with_stream_bomb(size: int = 1000 * 2**20) -> bytes:
    """An object stream of a few hundred kilobytes that unpacks to a gigabyte."""
    packed = zlib.compressobj(9)
    block = b" " * 2**20
    data = b"".join(packed.compress(block) for _ in range(size // len(block))) + packed.flush()
    head = b"%PDF-1.5\n"
    stream = f"1 0 obj<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length {len(data)}>>stream\n".encode()
    stream += data + b"\nendstream endobj\n"
    entries = struct.pack(">BHB", 0, 0, 255) + struct.pack(">BHB", 1, len(head), 0)
    entries += struct.pack(">BHB", 2, 1, 0)
    at = len(head) + len(stream)
    if at < 2**16 * 64:
        xref = f"3 0 obj<</Type/XRef/Size 3/W[1 2 1]/Root 2 0 R/Length {len(entries)}>>stream\n".encode()
        xref += entries + b"\nendstream endobj\n"
    return head + stream + xref + f"startxref\n{at}\n%%EOF\n".encode()


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 30), **options) -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 80).convert("RGB").save(out, kind, **options)
    return out.getvalue()


def photo_of_a_phone() -> bytes:
    """A JPEG that lies on its side and says where it was taken and with what."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "SecretPhone"
    exif.get_ifd(0x8825).update({1: "N", 2: (31.0, 13.0, 49.0), 3: "E", 4: (121.0, 28.0, 25.0)})
    return picture(exif=exif, comment=b"by somebody", icc_profile=b"colours", progressive=True)


def flat_png(width: int, height: int) -> bytes:
    """Very many pixels in very few bytes."""
    row = b"\0" + bytes((width + 7) // 8)
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def word(text: str = "三年规划") -> bytes:
    document = docx.Document()
    document.add_paragraph(text)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def excel() -> bytes:
    book = openpyxl.Workbook()
    book.active["A1"] = "姓名"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def relations(kind: str, target: str = "https://evil.example/x", mode: str = "External") -> str:
    return (
        '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
        f'{kind}" Target="{target}" TargetMode="{mode}"/></Relationships>'
    )


def word_with(part: str, kind: str, encoding: str = "utf-8", **options) -> bytes:
    """A Word file in which ``part`` says that something stands elsewhere."""
    text = relations(kind, **options)
    if encoding != "utf-8":
        text = text.replace('version="1.0"', f'version="1.0" encoding="{encoding}"')
    return with_entries(word(), {part: text.encode(encoding)})


def zipped(**entries: bytes) -> bytes:
    return with_entries(b"", {name.replace("__", "/"): data for name, data in entries.items()})


def with_entries(archive: bytes, entries: dict[str, bytes]) -> bytes:
    """``archive`` with these entries added or put in the place of others."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new:
        if archive:
            with zipfile.ZipFile(io.BytesIO(archive)) as old:
                for entry in old.infolist():
                    if entry.filename not in entries:
                        new.writestr(entry.filename, old.read(entry))
        for name, data in entries.items():
            new.writestr(name, data)
    return out.getvalue()


def with_macros() -> bytes:
    with zipfile.ZipFile(io.BytesIO(word())) as old:
        types = old.read(CONTENT_TYPES)
    types = types.replace(
        b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
        b"application/vnd.ms-word.document.macroEnabled.main+xml",
    )
    return with_entries(word(), {CONTENT_TYPES: types, "word/vbaProject.bin": b"\xd0\xcf"})
