"""Generate pages: every node and mark of the schema, in every place it fits, from a seed."""

from random import Random
from typing import Any

Json = dict[str, Any]
WORDS = (
    "37 °C",
    "pH 7,4",
    "protéine",
    "œuf",
    "🧪",
    "e\u0301tude",
    "naïve",
    "a < b & c",
    "  ",
    "«\u00a0oui\u00a0»",
    "x" * 40,
    "漢字",
)
MARKS = ("bold", "italic", "strike", "subscript", "superscript", "underline")


class Pages:
    """A maker of pages; the same seed makes the same pages."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def page(self) -> Json:
        """Return a page."""
        return {"type": "doc", "content": self._blocks(1, 8, depth=0)}

    def _blocks(self, least: int, most: int, *, depth: int) -> list[Json]:
        return [self._block(depth) for _ in range(self.random.randint(least, most))]

    def _block(self, depth: int) -> Json:
        leaves = ("paragraph", "paragraph", "heading", "codeBlock", "horizontalRule", "image", "blockMath")
        nests = ("bulletList", "orderedList", "taskList", "blockquote", "table")
        kind = self.random.choice(leaves if depth > 2 else leaves + nests)
        return getattr(self, f"_{kind}")(depth)

    def _paragraph(self, _depth: int = 0) -> Json:
        content = self._inline()
        return {"type": "paragraph", "content": content} if content else {"type": "paragraph"}

    def _heading(self, _depth: int) -> Json:
        return {"type": "heading", "attrs": {"level": self.random.randint(1, 4)}, "content": self._inline(least=1)}

    def _codeBlock(self, _depth: int) -> Json:
        attrs = {"language": self.random.choice((None, "python", "r"))}
        text = "\n".join(self.random.choices(WORDS, k=3))
        return {"type": "codeBlock", "attrs": attrs, "content": [{"type": "text", "text": text}]}

    def _horizontalRule(self, _depth: int) -> Json:
        return {"type": "horizontalRule"}

    def _image(self, _depth: int) -> Json:
        return {"type": "image", "attrs": {"attachment": "gel.png", "alt": self.random.choice(("", "Gel d'agarose"))}}

    def _blockMath(self, _depth: int) -> Json:
        return {"type": "blockMath", "attrs": {"latex": "\\frac{1}{2}"}}

    def _items(self, kind: str, depth: int, **attrs: Any) -> list[Json]:
        return [
            {
                "type": kind,
                **({"attrs": {name: choose() for name, choose in attrs.items()}} if attrs else {}),
                "content": [self._paragraph(), *self._blocks(0, 2, depth=depth + 1)],
            }
            for _ in range(self.random.randint(1, 3))
        ]

    def _bulletList(self, depth: int) -> Json:
        return {"type": "bulletList", "content": self._items("listItem", depth)}

    def _orderedList(self, depth: int) -> Json:
        start = self.random.choice((1, 1, 7))
        return {"type": "orderedList", "attrs": {"start": start}, "content": self._items("listItem", depth)}

    def _taskList(self, depth: int) -> Json:
        checked = lambda: self.random.random() < 0.5  # noqa: E731
        return {"type": "taskList", "content": self._items("taskItem", depth, checked=checked)}

    def _blockquote(self, depth: int) -> Json:
        return {"type": "blockquote", "content": self._blocks(1, 3, depth=depth + 1)}

    def _table(self, depth: int) -> Json:
        columns = self.random.randint(1, 3)
        rows = [self._row("tableHeader", columns, depth), *(self._row("tableCell", columns, depth) for _ in range(2))]
        return {"type": "table", "content": rows}

    def _row(self, kind: str, columns: int, depth: int) -> Json:
        cells = [
            {"type": kind, "attrs": {"colspan": 1, "rowspan": 1}, "content": self._blocks(1, 2, depth=depth + 2)}
            for _ in range(columns)
        ]
        return {"type": "tableRow", "content": cells}

    def _inline(self, *, least: int = 0) -> list[Json]:
        return [
            self._atom() if self.random.random() < 0.2 else self._text() for _ in range(self.random.randint(least, 6))
        ]

    def _text(self) -> Json:
        words = " ".join(self.random.choices(WORDS, k=self.random.randint(1, 4)))
        names = sorted(self.random.sample(MARKS, k=self.random.choice((0, 0, 1, 2, 3))))
        marks: list[Json] = [{"type": name} for name in names]
        if self.random.random() < 0.15:
            marks.append({"type": "link", "attrs": {"href": "https://example.org/a?b=c#d"}})
        elif self.random.random() < 0.1:
            marks = [{"type": "code"}]
        return {"type": "text", "text": words, **({"marks": marks} if marks else {})}

    def _atom(self) -> Json:
        return self.random.choice(
            [
                {"type": "hardBreak"},
                {"type": "inlineMath", "attrs": {"latex": "E=mc^2"}},
                {"type": "personMention", "attrs": {"person": "0192f3a0", "label": "Léa Müller"}},
                {"type": "entryLink", "attrs": {"entry": "0192f3a1", "label": "U1234-2026-007/3"}},
            ]
        )  # fmt: skip
