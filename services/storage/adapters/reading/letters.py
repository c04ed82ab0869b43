"""Read letters and web pages: docx with python-docx, OpenDocument and HTML with lxml. They know no page numbers."""

import re
import zipfile
from collections.abc import Iterator
from typing import BinaryIO, Final

from lxml import etree, html

from services.storage.adapters.reading import archives
from services.storage.adapters.reading.gather import Gatherer, Unreadable
from services.storage.adapters.reading.lines import decoded
from services.storage.domain.reading import PlaceKind, Reason

_TEXT: Final = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_DRAWING: Final = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_PARAGRAPHS: Final = (f"{_TEXT}p", f"{_TEXT}h")
_BLANKS: Final = {f"{_TEXT}s": " ", f"{_TEXT}tab": "\t", f"{_TEXT}line-break": "\n"}
_UNSEEN: Final = ("script", "style", "noscript", "template")
_BLOCKS: Final = frozenset({
    "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "br", "pre", "blockquote", "section", "article",
    "table", "title",
})  # fmt: skip

_BLANK_LINES: Final = re.compile(r"\s*\n\s*")


def read_docx(file: BinaryIO, gatherer: Gatherer) -> None:
    """Gather paragraphs and cells of tables in order, then headers and footers."""
    archives.check(file)
    from docx import Document

    document = Document(file)
    blocks = [text for block in document.iter_inner_content() for text in _block(block)]
    for section in document.sections:
        blocks += [paragraph.text for part in (section.header, section.footer) for paragraph in part.paragraphs]
    gatherer.add(PlaceKind.TEXT, "", "\n".join(blocks))


def _block(block: object) -> Iterator[str]:
    from docx.table import Table
    from docx.text.paragraph import Paragraph

    if isinstance(block, Paragraph):
        yield block.text
    elif isinstance(block, Table):
        for row in block.rows:
            yield "\t".join(cell.text for cell in row.cells)


def read_odt(file: BinaryIO, gatherer: Gatherer) -> None:
    """Gather paragraphs and headings (OpenDocument 1.3 part 3 §5.1)."""
    with _content(file) as content:
        blocks = [_flat(node) for _, node in etree.iterparse(content, tag=_PARAGRAPHS, resolve_entities=False)]
    gatherer.add(PlaceKind.TEXT, "", "\n".join(blocks))


def read_odp(file: BinaryIO, gatherer: Gatherer) -> None:
    """Gather each slide's paragraphs (OpenDocument 1.3 part 3 §10.2.4)."""
    with _content(file) as content:
        slides = etree.iterparse(content, tag=f"{_DRAWING}page", resolve_entities=False)
        for number, (_, slide) in enumerate(slides, start=1):
            blocks = [_flat(node) for node in slide.iter(*_PARAGRAPHS)]
            gatherer.add(PlaceKind.SLIDE, f"slide {number}", "\n".join(blocks))
            slide.clear()


def read_html(file: BinaryIO, gatherer: Gatherer) -> None:
    """Gather what a reader would see; scripts and styles are not text."""
    source = decoded(file, gatherer)
    if not source.strip():
        return
    root = html.document_fromstring(source.encode(), parser=html.HTMLParser(encoding="utf-8"))
    etree.strip_elements(root, *_UNSEEN, etree.Comment, etree.ProcessingInstruction, with_tail=False)
    words: list[str] = []
    for event, node in etree.iterwalk(root, events=("start", "end")):
        words.append("\n" if node.tag in _BLOCKS else "")
        words.append((node.text if event == "start" else node.tail) or "")
    gatherer.add(PlaceKind.TEXT, "", _BLANK_LINES.sub("\n", "".join(words)))


def _content(file: BinaryIO) -> "zipfile.ZipExtFile":
    archives.check(file)
    archive = zipfile.ZipFile(file)
    if b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise Unreadable(Reason.ENCRYPTED)
    return archive.open("content.xml")  # type: ignore[return-value]  # an IO[bytes] by its type, this by its making


def _flat(node: etree._Element) -> str:
    """Return a paragraph's text; blanks are elements of their own (§6.1.2)."""
    words = [node.text or ""]
    for child in node:
        words += [_BLANKS.get(str(child.tag), ""), _flat(child), child.tail or ""]
    return "".join(words)
