"""Documents are checked against the published schema, and the place of the fault is named."""

from typing import Any

import pytest

from contracts.errors import Invalid
from services.entries.adapters.documents import Documents


def doc(*blocks: dict[str, Any]) -> dict[str, Any]:
    """Return a document."""
    return {"type": "doc", "content": list(blocks)}


def text(content: str, *marks: dict[str, Any]) -> dict[str, Any]:
    """Return a paragraph with a marked text."""
    return {"type": "paragraph", "content": [{"type": "text", "text": content, "marks": list(marks)}]}


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ({}, "$.type"),
        (doc(), "$.content"),
        (doc({"type": "script"}), "$.content[0].type"),
        (doc({"type": "text", "text": "x"}), "$.content[0]"),
        (doc({"type": "heading", "attrs": {"level": 7}}), "$.content[0].attrs.level"),
        (doc({"type": "heading", "attrs": {"level": True}}), "$.content[0].attrs.level"),
        (doc({"type": "heading", "attrs": {"onclick": "x"}}), "$.content[0].attrs.onclick"),
        (doc({"type": "image", "attrs": {"alt": "x"}}), "$.content[0].attrs.attachment"),
        (
            doc(text("x", {"type": "link", "attrs": {"href": "javascript:alert(1)"}})),
            "$.content[0].content[0].marks[0].attrs.href",
        ),
        (doc(text("x", {"type": "bold"}, {"type": "code"})), "$.content[0].content[0].marks"),
        (doc({"type": "bulletList", "content": [text("x")]}), "$.content[0].content[0]"),
        (doc(text("a\x00b")), "$.content[0].content[0].text"),
        (doc(text("\ud800")), "$.content[0].content[0].text"),
        (doc({"type": "paragraph", "evil": 1}), "$.content[0].evil"),
    ],
)
def test_a_misfit_is_refused_at_its_place(document: dict[str, Any], place: str) -> None:
    """The editor and an importer can both find what is wrong."""
    with pytest.raises(Invalid) as caught:
        Documents().check(document)

    assert caught.value.fields[0].name == place


def test_absurd_depth_is_refused() -> None:
    """Every later walk over the document may recurse safely."""
    node: dict[str, Any] = {"type": "paragraph"}
    for _ in range(500):
        node = {"type": "blockquote", "content": [node]}

    with pytest.raises(Invalid) as caught:
        Documents().check(doc(node))

    assert "nested" in caught.value.fields[0].problem


def test_the_canonical_form_is_the_same_however_it_was_written() -> None:
    """The same page has the same bytes, hence the same digest."""
    split = doc({"type": "paragraph", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]})

    assert Documents().check(split).document == Documents().check(doc(text("ab"))).document


def test_the_text_has_a_line_per_block_and_cells_apart() -> None:
    """Search must not find words that touch by accident."""
    cell = {"type": "tableCell", "content": [text("x")]}
    table = {"type": "table", "content": [{"type": "tableRow", "content": [cell, cell]}]}

    assert Documents().check(doc(text("one"), table, text("two"))).text == "one\nx\tx\ntwo"


def test_breaks_and_formulas_may_stand_in_bold_words() -> None:
    """The editor marks every inline node of a selection."""
    inline = {"type": "hardBreak", "marks": [{"type": "bold"}]}

    checked = Documents().check(doc({"type": "paragraph", "content": [inline]}))

    assert checked.document["content"][0]["content"][0]["marks"] == [{"type": "bold"}]
