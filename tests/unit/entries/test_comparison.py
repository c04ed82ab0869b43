"""What changed between two versions is shown where it changed, in words."""

from typing import Any

import pytest

from services.entries.domain.comparison import BLOCKS_LIMIT, compare


def paragraph(*texts: Any) -> dict[str, Any]:
    """A paragraph; a tuple is a text with a mark, a dictionary any other node."""
    parts = [
        one if isinstance(one, dict) else {"type": "text", "text": one} if isinstance(one, str) else
        {"type": "text", "text": one[0], "marks": [{"type": one[1]}]} for one in texts
    ]  # fmt: skip
    return {"type": "paragraph", "content": parts} if parts else {"type": "paragraph"}


def cells(*texts: str) -> dict[str, Any]:
    """A table row."""
    return {"type": "tableRow", "content": [{"type": "tableCell", "content": [paragraph(one)]} for one in texts]}


def record(*blocks: Any, title: str = "Titre", fields: Any = None, files: Any = None) -> dict[str, Any]:
    """What record.json says."""
    attachments = [{"name": name, "sha256": digest} for name, digest in (files or {}).items()]
    document = {"type": "doc", "content": list(blocks)}
    return {"title": title, "document": document, "fields": fields or {}, "attachments": attachments}


def runs(words: Any) -> list[tuple[str, str]]:
    """Operations and texts."""
    return [(one.op, one.text) for one in words]


def test_a_changed_paragraph_says_which_words() -> None:
    """Nobody reads a page twice to find one number."""
    found = compare(record(paragraph("Incubé à 37 °C une nuit")), record(paragraph("Incubé à 39 °C une nuit")))

    (block,) = found.blocks
    assert [("same", "Incubé à "), ("removed", "37"), ("added", "39"), ("same", " °C une nuit")] == runs(block.words)


def test_blocks_come_and_go_in_their_place() -> None:
    """A paragraph put in the middle is one that came, not all that follow changed."""
    one, two, three = paragraph("Un"), paragraph("Deux pages de notes"), paragraph("Trois")

    came, went = compare(record(one, three), record(one, two, three)), compare(record(one, two), record(two))

    assert ["same", "added", "same"] == [block.op for block in came.blocks]
    assert ["removed", "same"] == [block.op for block in went.blocks]


def test_a_table_says_which_cell() -> None:
    """One number in a table of a hundred."""
    before, after = ({"type": "table", "content": [cells("a", "1"), cells("b", two)]} for two in ("2", "3"))

    (table,) = compare(record(before), record(after)).blocks

    assert ["same", "changed"] == [row.op for row in table.blocks]
    assert ["same", "changed"] == [cell.op for cell in table.blocks[1].blocks]


def test_words_that_only_look_different_are_told_apart() -> None:
    """Bold is no new result."""
    (block,) = compare(record(paragraph("pH 7")), record(paragraph("pH ", ("7", "bold")))).blocks

    assert [("same", "pH "), ("restyled", "7")] == runs(block.words)


def test_title_fields_and_files_are_compared_too() -> None:
    """They are part of what is signed."""
    before = record(paragraph(), title="Essai", fields={"t": 37, "x": 1}, files={"a.csv": "1", "b.csv": "2"})
    after = record(paragraph(), title="Essai 2", fields={"t": 38, "y": 2}, files={"a.csv": "9", "c.csv": "3"})

    found = compare(before, after)

    assert [("same", "Essai"), ("added", " 2")] == runs(found.title)
    assert [("t", "changed"), ("x", "removed"), ("y", "added")] == [(one.name, one.op) for one in found.fields]
    assert [("a.csv", "changed"), ("b.csv", "removed"), ("c.csv", "added")] == [
        (one.name, one.op) for one in found.attachments
    ]


@pytest.mark.parametrize("count", [3, 4_500])
def test_what_is_too_long_is_compared_coarsely_and_says_so(count: int) -> None:
    """A page of a hundred thousand words must not stop the house."""
    before, after = (record(paragraph(" ".join(f"{one}{i}" for i in range(count)))) for one in "ab")

    assert (count > 2_000) == compare(before, after).coarse or count < 2_000
    assert compare(before, before).blocks[0].op == "same"


def test_a_page_of_too_many_blocks_is_compared_coarsely_and_says_so() -> None:
    """Comparing costs the product of both lengths."""
    few, many = record(paragraph("Un")), record(*(paragraph(str(number)) for number in range(BLOCKS_LIMIT + 1)))

    found = compare(few, many)

    assert found.coarse
    assert ["removed"] + ["added"] * (BLOCKS_LIMIT + 1) == [block.op for block in found.blocks]


def test_blocks_of_another_kind_are_never_one_that_changed() -> None:
    """A heading made of a paragraph is told as it is; two empty ones of a kind that differ changed."""
    heading = {"type": "heading", "attrs": {"level": 1}, "content": [{"type": "text", "text": "Essai"}]}
    lower = {"type": "heading", "attrs": {"level": 2}}

    other_kind = compare(record(paragraph("Essai")), record(heading))
    empty = compare(record({"type": "heading", "attrs": {"level": 1}}), record(lower))

    assert ["added", "removed"] == [block.op for block in other_kind.blocks]
    assert [("changed", ())] == [(block.op, block.words) for block in empty.blocks]


def test_what_is_drawn_from_attributes_is_compared_by_what_it_says() -> None:
    """A name, a line break: read as a person reads them; a formula is one word."""

    def said(name: str, latex: str) -> Any:
        person = {"type": "personMention", "attrs": {"id": name, "label": name}}
        formula = {"type": "blockMath", "attrs": {"latex": latex}}
        return record(paragraph("Vu avec ", person, {"type": "hardBreak"}, "hier"), formula)

    seen, *formulas = compare(said("Ada", "x = a + b"), said("Wim", "x = a + c")).blocks

    assert [("same", "Vu avec "), ("removed", "Ada"), ("added", "Wim"), ("same", "\nhier")] == runs(seen.words)
    assert ["added", "removed"] == [formula.op for formula in formulas]


def test_a_field_that_stayed_is_not_listed() -> None:
    """Only what changed is shown."""
    before, after = record(paragraph(), fields={"t": 37, "pH": 7}), record(paragraph(), fields={"t": 37, "pH": 8})

    assert [("pH", 7, 8)] == [(one.name, one.before, one.after) for one in compare(before, after).fields]
