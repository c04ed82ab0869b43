"""Say what bytes are by looking at them: neither the name nor what a browser said is believed."""

import io
import mmap
import zipfile
from typing import BinaryIO, Final

import puremagic

PLAIN: Final = "text/plain"
HTML: Final = "text/html"
PDF: Final = "application/pdf"
ZIP: Final = "application/zip"
COMPOUND: Final = "application/x-ole-storage"
# [MS-OFFCRYPTO] §1.3.1: a locked docx, xlsx or pptx.
ENCRYPTED: Final = "application/encrypted"
PROGRAM: Final = "application/x-executable"
OOXML: Final = "application/vnd.openxmlformats-officedocument."
ODF: Final = "application/vnd.oasis.opendocument."
HEAD_BYTES: Final = 64 * 1024

# Text types a magic number alone can tell; any other guess about text is no better than "text".
_MARKED_TEXT = frozenset({HTML, "image/svg+xml", "application/xml", "application/rtf", "text/rtf"})
_ALSO_CALLED = {"image/x-ms-bmp": "image/bmp", "text/rtf": "application/rtf"}
# ECMA-376-1 §11.3.10, §12.3.23, §13.3.6: the main part of each kind of document.
_OFFICE_PARTS = {
    "word/document.xml": f"{OOXML}wordprocessingml.document",
    "xl/workbook.xml": f"{OOXML}spreadsheetml.sheet",
    "xl/workbook.bin": "application/vnd.ms-excel.sheet.binary.macroenabled.12",
    "ppt/presentation.xml": f"{OOXML}presentationml.presentation",
}
# [MS-CFB] §2.6: names of streams are UTF-16 in the directory.
_COMPOUND_STREAMS = {
    "EncryptedPackage": ENCRYPTED,
    "WordDocument": "application/msword",
    "PowerPoint Document": "application/vnd.ms-powerpoint",
    "Workbook": "application/vnd.ms-excel",
}


def sniff(file: BinaryIO) -> str:
    """Return the media type of a file, empty when it says nothing of itself; the file is at its start again."""
    head = file.read(HEAD_BYTES)
    file.seek(0)
    if head.startswith(b"PK\x03\x04"):
        return _archive(file)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _compound(file)
    # Readers accept a header within the first kilobyte (ISO 32000-2 annex I.3.2), and a PDF may well be all ASCII.
    if b"%PDF-" in head[:1024]:
        return PDF
    if head.startswith((b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xfe\xed\xfa")):
        return PROGRAM
    guess = _guess(head)
    if is_text(head):
        return guess if guess in _MARKED_TEXT else PLAIN
    return guess


def is_text(head: bytes) -> bool:
    """Tell whether bytes look like text: a byte order mark, or no control characters text never has."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        return True
    return bool(head) and not head.translate(None, bytes({7, 8, 9, 10, 12, 13, 27, *range(0x20, 0x100)}))


def has_stream(file: BinaryIO, name: str) -> bool:
    """Tell whether a compound file has a stream of this name."""
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as seen:
        return seen.find(name.encode("utf-16-le")) >= 0


def _guess(head: bytes) -> str:
    # Blanks and a byte order mark may come first (mimesniff.spec.whatwg.org §7.1).
    if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:15].lower().startswith((b"<!doctype html", b"<html")):
        return HTML
    try:
        found = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return ""
    named = next((one.mime_type for one in found if one.mime_type), "")
    return _ALSO_CALLED.get(named, named)


def _archive(file: BinaryIO) -> str:
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
            said = archive.read("mimetype")[:100].decode("ascii", "replace") if "mimetype" in names else ""
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, io.UnsupportedOperation, EOFError, ValueError):
        return ZIP
    finally:
        file.seek(0)
    if said.startswith(ODF):
        return said
    return next((kind for part, kind in _OFFICE_PARTS.items() if part in names), ZIP)


def _compound(file: BinaryIO) -> str:
    return next((kind for name, kind in _COMPOUND_STREAMS.items() if has_stream(file, name)), COMPOUND)
