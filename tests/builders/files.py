"""Make files as people have them, and as attackers make them."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from xml.sax.saxutils import escape

import xlsxwriter
from docx import Document
from PIL import Image
from pptx import Presentation

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_ODF = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"'
)


def pdf(pages: Iterable[str], *, trailer: str = "", extra: Sequence[str] = ()) -> bytes:
    """Return a PDF with one line of Latin text a page; ``extra`` objects are numbered from 3 on."""
    objects = ["<</Type/Catalog/Pages 2 0 R>>", "", *extra]
    kids = []
    for text in pages:
        shown = f"BT /F 12 Tf 72 720 Td ({text}) Tj ET" if not text.startswith("/") else text
        number = len(objects) + 1
        resources = "<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>/XObject<</X 3 0 R>>>>"
        objects.append(f"<</Length {len(shown)}>>stream\n{shown}\nendstream")
        objects.append(f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {number} 0 R/Resources{resources}>>")
        kids.append(f"{number + 1} 0 R")
    objects[1] = f"<</Type/Pages/Count {len(kids)}/Kids[{' '.join(kids)}]>>"
    return _numbered(objects, trailer)


def _numbered(objects: Sequence[str], trailer: str) -> bytes:
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    table = len(out)
    rows = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    out += f"xref\n0 {size}\n0000000000 65535 f \n{rows}trailer\n".encode()
    out += f"<</Size {size}/Root 1 0 R{trailer}>>\nstartxref\n{table}\n%%EOF\n".encode()
    return bytes(out)


def encrypted_pdf() -> bytes:
    """Return a PDF that asks for a password: no empty one fits its /U."""
    locked = f"/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<{'41' * 32}>/U<{'42' * 32}>>>/ID[<{'43' * 16}><{'43' * 16}>]"
    return pdf(["secret"], trailer=locked)


def endless_pdf() -> bytes:
    """Return a PDF of some kilobytes that draws 10^12 times: each form draws the next one ten times."""
    depth = 12
    forms = []
    for level in range(depth):
        drawn = "/X Do " * 10 if level < depth - 1 else "0 0 m 1 1 l S"
        following = f"/Resources<</XObject<</X {level + 4} 0 R>>>>" if level < depth - 1 else ""
        head = f"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]{following}/Length {len(drawn)}>>"
        forms.append(f"{head}stream\n{drawn}\nendstream")
    return pdf(["/X Do"], extra=forms)


def laborious_pdf() -> bytes:
    """Return a PDF whose thousand pages share one drawing of twenty thousand lines: little memory, much work."""
    drawing, pages = "0 0 m 1 1 l S " * 20_000, 1_000
    kids = " ".join(f"{number + 4} 0 R" for number in range(pages))
    page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 3 0 R/Resources<<>>>>"
    objects = ["<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Count {pages}/Kids[{kids}]>>"]
    return _numbered([*objects, f"<</Length {len(drawing)}>>stream\n{drawing}\nendstream", *[page] * pages], "")


def docx(paragraphs: Iterable[str], *, rows: Iterable[Sequence[str]] = ()) -> bytes:
    """Return a letter with paragraphs and a table."""
    document = Document()
    for text in paragraphs:
        document.add_paragraph(text)
    for row in rows:
        table = document.add_table(rows=1, cols=len(row))
        for cell, text in zip(table.rows[0].cells, row, strict=True):
            cell.text = text
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def pptx(slides: Iterable[tuple[str, str]]) -> bytes:
    """Return slides of (title, speaker's notes)."""
    show = Presentation()
    for title, notes in slides:
        slide = show.slides.add_slide(show.slide_layouts[5])
        slide.shapes.title.text = title
        slide.notes_slide.notes_text_frame.text = notes
    out = io.BytesIO()
    show.save(out)
    return out.getvalue()


def xlsx(cells: Mapping[str, object], *, sheet: str = "Feuil1") -> bytes:
    """Return a workbook of one sheet, cells by their names."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet(sheet)
    for name, value in cells.items():
        page.write(name, value)
    book.close()
    return out.getvalue()


def opendocument(kind: str, body: str) -> bytes:
    """Return an OpenDocument file: ``kind`` text, spreadsheet or presentation, ``body`` inside ``office:<kind>``."""
    content = f"<office:document-content {_ODF}><office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>"
    media_type = f"application/vnd.oasis.opendocument.{kind}"
    manifest = (
        '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<m:file-entry m:full-path="/" m:media-type="{media_type}"/></m:manifest>'
    )
    return archive({"mimetype": media_type, "content.xml": content, "META-INF/manifest.xml": manifest})


def paragraph(text: str) -> str:
    """Return one paragraph of OpenDocument."""
    return f"<text:p>{escape(text)}</text:p>"


def archive(parts: Mapping[str, str | bytes]) -> bytes:
    """Return a ZIP."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return out.getvalue()


def replaced(office: bytes, part: str, content: str | bytes) -> bytes:
    """Return an office file with one part put in place of another."""
    with zipfile.ZipFile(io.BytesIO(office)) as read:
        return archive({name: content if name == part else read.read(name) for name in read.namelist()})


def bomb(office: bytes, part: str) -> bytes:
    """Return an office file of which one part unpacks to 64 MiB of blanks."""
    return replaced(office, part, b" " * (64 * 1024 * 1024))


def laughing(part_root: str) -> str:
    """Return XML whose entities grow to gigabytes ("billion laughs", CVE-2003-1564)."""
    entities = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    return f"<!DOCTYPE {part_root} [{entities}]><{part_root}>&a9;</{part_root}>"


def deep_docx() -> bytes:
    """Return a letter whose elements nest a hundred thousand deep."""
    nested = f'<w:document xmlns:w="{_W}">{"<w:p>" * 100_000}{"</w:p>" * 100_000}</w:document>'
    return replaced(docx(["a"]), "word/document.xml", nested)


def encrypted_xlsx() -> bytes:
    """Return what is to be seen of a locked workbook from outside: a compound file with EncryptedPackage."""
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    return header + "EncryptedPackage".encode("utf-16-le").ljust(512, b"\0") + bytes(1024)


def claiming(width: int, height: int) -> bytes:
    """Return a PNG of a few bytes that says it is ``width`` × ``height`` pixels (ISO 15948 §11.2.1)."""
    small = bytearray(picture("PNG", size=(1, 1)))
    small[16:24] = struct.pack(">II", width, height)
    small[29:33] = struct.pack(">I", zlib.crc32(small[12:29]))
    return bytes(small)


def picture(kind: str, *, size: tuple[int, int] = (2000, 1000), mode: str = "RGB") -> bytes:
    """Return a picture."""
    out = io.BytesIO()
    Image.new(mode, size, 200 if mode in {"L", "I;16"} else "navy").save(out, kind)
    return out.getvalue()
