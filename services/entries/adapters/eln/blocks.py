"""Build blocks of the document schema from plain values, and map a text of any markup to them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from services.entries.adapters.eln import html, shapes

Block = Mapping[str, Any]
# A cell is for reading; longer values stay whole in ro-crate-metadata.json, which is always attached.
CELL_LIMIT: Final = 2000


def run(text: str, *marks: str) -> list[dict[str, Any]]:
    """Return inline content: the text with its line breaks."""
    content: list[dict[str, Any]] = []
    for index, line in enumerate(text.replace("\x00", "").split("\n")):
        if index:
            content.append({"type": "hardBreak"})
        if line:
            bare = {"type": "text", "text": line}
            content.append({**bare, "marks": [{"type": mark} for mark in marks]} if marks else bare)
    return content


def paragraph(text: str, *marks: str) -> Block:
    """Return a paragraph."""
    content = run(text, *marks)
    return {"type": "paragraph", "content": content} if content else {"type": "paragraph"}


def heading(text: str, *, level: int = 2) -> Block:
    """Return a heading."""
    return {"type": "heading", "attrs": {"level": level}, "content": run(text.replace("\n", " "))}


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Block:
    """Return a table with a row of headers."""
    cells = [_row("tableHeader", head), *(_row("tableCell", row) for row in rows)]
    return {"type": "table", "content": cells}


def _row(kind: str, values: Sequence[str]) -> Block:
    return {
        "type": "tableRow",
        "content": [{"type": kind, "content": [paragraph(value[:CELL_LIMIT])]} for value in values],
    }


def tasks(steps: Iterable[shapes.Step]) -> Block:
    """Return a list of tasks."""
    items = [
        {"type": "taskItem", "attrs": {"checked": step.is_done}, "content": [paragraph(step.text)]} for step in steps
    ]
    return {"type": "taskList", "content": items}


def bullets(texts: Iterable[str]) -> Block:
    """Return a bullet list."""
    return {"type": "bulletList", "content": [{"type": "listItem", "content": [paragraph(text)]} for text in texts]}


def quote(text: str, *, by: str) -> Block:
    """Return a quotation with who said it."""
    return {"type": "blockquote", "content": [paragraph(by, "italic"), *plain(text).blocks]}


def plain(text: str) -> html.Mapped:
    """Return text without markup: a paragraph for every empty line, a break for every other."""
    pieces = [piece.strip("\n") for piece in text.replace("\r\n", "\n").split("\n\n")]
    blocks = [paragraph(piece) for piece in pieces if piece.strip()]
    return html.Mapped(tuple(blocks) or (paragraph(""),))


def mapped(text: shapes.Text, *, files: Mapping[str, str], prefix: str) -> html.Mapped:
    """Map a text by its markup."""
    match text.markup:
        case "html":
            return html.map_html(text.content, files=files, prefix=prefix)
        case "markdown":
            return html.map_markdown(text.content, files=files, prefix=prefix)
    return plain(text.content)


def properties(values: Sequence[shapes.Property]) -> Block:
    """Return a table of properties; the columns nobody filled are left out."""
    rows = [(p.name, f"{p.value} {p.unit}".strip(), p.description) for p in values]
    if any(row[2] for row in rows):
        return table(("Propriété / Property", "Valeur / Value", "Note"), rows)
    return table(("Propriété / Property", "Valeur / Value"), [row[:2] for row in rows])
