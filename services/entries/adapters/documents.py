"""Check a TipTap JSON document against the published schema and give it its canonical form."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from contracts.errors import FieldProblem, Invalid, TooLarge
from services.entries.adapters import document_schema
from services.entries.domain.documents import CheckedDocument

# The editor nests a handful of levels; 64 leaves room for lists in tables in quotes and bounds every later recursion.
DEPTH_LIMIT: Final = 64
# A page of 200,000 nodes is a book; beyond it the browser cannot show it either.
NODE_LIMIT: Final = 200_000
TEXT_LIMIT: Final = 8 * 1024 * 1024
HREF: Final = re.compile(r"(?i)(https?://|mailto:)[^\s\x00-\x1f]+\Z")
WORD: Final = re.compile(r"\w+")
# Whole numbers and their bounds: HTML limits colspan to 1000 (HTML Living Standard §4.9.11).
BOUNDS: Final = {"level": (1, 4), "start": (0, 2**31 - 1), "colspan": (1, 1000), "rowspan": (1, 65534)}
# What an inline atom reads as, for search and for a screen reader.
SPOKEN: Final = {"inlineMath": "latex", "blockMath": "latex", "personMention": "label", "entryLink": "label"}
_TYPES: Final = {"string": str, "number": int, "boolean": bool, "null": type(None)}


@dataclass(slots=True)
class _Walk:
    """What one pass over a document gathers."""

    nodes: int = 0
    characters: int = 0
    lines: list[str] = field(default_factory=list)
    images: dict[str, None] = field(default_factory=dict)

    def say(self, text: str) -> None:
        """Add text to the line of the block it stands in (a misplaced one is refused by its parent)."""
        if self.lines:
            self.lines[-1] += text


class Documents:
    """Check documents; the schema is compiled at the first one."""

    def check(self, document: Mapping[str, Any]) -> CheckedDocument:
        """
        Return the document in canonical form with its plain text.

        Raises:
            Invalid: it does not fit the schema; the field's name is the JSON path, the problem says what is wrong.

        """
        schema = document_schema.document_schema()
        walk = _Walk()
        if not isinstance(document, Mapping) or document.get("type") != schema.top_node_type.name:
            raise _wrong("$.type", f"must be {schema.top_node_type.name}")
        canonical = _node(schema, document, "$", 1, walk)
        text = "\n".join(line for line in walk.lines if line.strip())
        return CheckedDocument(canonical, text, len(WORD.findall(text)), tuple(walk.images))


def _wrong(path: str, problem: str) -> Invalid:
    return Invalid(FieldProblem(path, problem, "see the document schema, contracts/entries/document.json"))


def _node(schema: Any, node: Any, path: str, depth: int, walk: _Walk) -> dict[str, Any]:
    """Check one node and all below it; return it with every attribute written out, in a fixed order of keys."""
    _within_limits(walk, depth, path)
    kind = _kind(schema, node, path)
    if kind.is_text:
        return _text(schema, node, path, walk)
    # Inline nodes bear marks like text does: a break or a formula in the middle of bold words.
    _no_other_keys(node, {"type", "attrs", "content", *(("marks",) if kind.is_inline else ())}, path)
    attrs = _attributes(kind, node.get("attrs"), path)
    _gather(kind, attrs, walk)
    content = _list(node.get("content") or [], f"{path}.content")
    starts = len(walk.lines)
    if kind.inline_content:
        walk.lines.append("")
    children = [_node(schema, child, f"{path}.content[{i}]", depth + 1, walk) for i, child in enumerate(content)]
    _content_fits(schema, kind, children, path)
    if kind.name == "tableRow":
        walk.lines[starts:] = ["\t".join(walk.lines[starts:])]
    result: dict[str, Any] = {"type": kind.name}
    if marks := _marks(schema, node.get("marks") or [], path):
        result["marks"] = marks
    if attrs:
        result["attrs"] = attrs
    if children:
        result["content"] = _joined(children)
    return result


def _within_limits(walk: _Walk, depth: int, path: str) -> None:
    walk.nodes += 1
    if depth > DEPTH_LIMIT:
        raise _wrong(path, f"nested deeper than {DEPTH_LIMIT}")
    if walk.nodes > NODE_LIMIT:
        raise _wrong(path, f"more than {NODE_LIMIT} nodes")


def _list(value: Any, path: str) -> Sequence[Any]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise _wrong(path, "must be a list")
    return value


def _kind(schema: Any, node: Any, path: str) -> Any:
    if not isinstance(node, Mapping):
        raise _wrong(path, "must be an object")
    kind = schema.nodes.get(node.get("type")) if isinstance(node.get("type"), str) else None
    if kind is None:
        raise _wrong(f"{path}.type", f"unknown node {node.get('type')!r}"[:200])
    return kind


def _no_other_keys(node: Mapping[str, Any], allowed: set[str], path: str) -> None:
    for key in node:
        # Editors write `marks: []` on nodes that bear none.
        if key not in allowed and not (key == "marks" and not node[key]):
            raise _wrong(f"{path}.{key}"[:200], "not part of the schema here")


def _text(schema: Any, node: Mapping[str, Any], path: str, walk: _Walk) -> dict[str, Any]:
    _no_other_keys(node, {"type", "text", "marks"}, path)
    text = node.get("text")
    if not isinstance(text, str) or not text:
        raise _wrong(f"{path}.text", "must be text, not empty")
    _writable(text, f"{path}.text")
    walk.characters += len(text)
    if walk.characters > TEXT_LIMIT:
        raise TooLarge(FieldProblem("document", f"more than {TEXT_LIMIT} characters", "attach the data as a file"))
    walk.say(text)
    marks = _marks(schema, node.get("marks") or [], path)
    return {"type": "text", "marks": marks, "text": text} if marks else {"type": "text", "text": text}


def _writable(text: str, path: str) -> None:
    """Refuse what neither PostgreSQL nor canonical JSON can hold: NUL and lone surrogates (RFC 8785 §3.2.2.2)."""
    if "\x00" in text:
        raise _wrong(path, "must not contain NUL")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise _wrong(path, "must not contain lone surrogates") from None


def _marks(schema: Any, marks: Any, path: str) -> list[dict[str, Any]]:
    """Check marks and put them in the schema's order; one of each kind."""
    found: dict[int, tuple[Any, dict[str, Any]]] = {}
    for i, mark in enumerate(_list(marks, f"{path}.marks")):
        here = f"{path}.marks[{i}]"
        known = isinstance(mark, Mapping) and isinstance(mark.get("type"), str)
        kind = schema.marks.get(mark["type"]) if known else None
        if kind is None:
            raise _wrong(f"{here}.type", "unknown mark")
        if kind.rank in found:
            raise _wrong(here, "given twice")
        attrs = _attributes(kind, mark.get("attrs"), here)
        found[kind.rank] = (kind, {"type": kind.name, "attrs": attrs} if attrs else {"type": kind.name})
    kinds = [kind for kind, _ in found.values()]
    if any(one is not other and one.excludes(other) for one in kinds for other in kinds):
        raise _wrong(f"{path}.marks", "these marks exclude each other")
    return [found[rank][1] for rank in sorted(found)]


def _attributes(kind: Any, given: Any, path: str) -> dict[str, Any]:
    given = {} if given is None else given
    if not isinstance(given, Mapping):
        raise _wrong(f"{path}.attrs", "must be an object")
    for name in given:
        if name not in kind.attrs:
            raise _wrong(f"{path}.attrs.{name}"[:200], "not part of the schema here")
    return {name: _attribute(kind, name, given, f"{path}.attrs.{name}") for name in kind.attrs}


def _attribute(kind: Any, name: str, given: Mapping[str, Any], path: str) -> Any:
    spec = kind.spec["attrs"][name]
    if name not in given:
        if "default" not in spec:
            raise _wrong(path, "is required")
        return spec["default"]
    value = given[name]
    if type(value) not in [_TYPES[allowed] for allowed in spec["validate"].split("|")]:
        raise _wrong(path, f"must be of type {spec['validate']}")
    low, high = BOUNDS.get(name, (None, None))
    if low is not None and high is not None and not low <= value <= high:
        raise _wrong(path, f"must be from {low} to {high}")
    if isinstance(value, str):
        _writable(value, path)
    if name == "href" and not HREF.match(value):
        raise _wrong(path, "must be an http, https or mailto address")
    return value


def _gather(kind: Any, attrs: Mapping[str, Any], walk: _Walk) -> None:
    """Keep what a node without text says, for search."""
    if kind.name == "image":
        walk.images[attrs["attachment"]] = None
        walk.lines.append(attrs["alt"])
    elif kind.name == "blockMath":
        walk.lines.append(attrs["latex"])
    elif kind.name in SPOKEN:
        walk.say(attrs[SPOKEN[kind.name]])
    elif kind.name == "hardBreak":
        walk.say(" ")


def _content_fits(schema: Any, kind: Any, children: Sequence[Mapping[str, Any]], path: str) -> None:
    """Follow the compiled content expression child by child, so that the first misfit is the one named."""
    match = kind.content_match
    for i, child in enumerate(children):
        match = match.match_type(schema.nodes[child["type"]])
        if match is None:
            raise _wrong(f"{path}.content[{i}]", f"{child['type']} does not fit here in {kind.name}")
        for mark in child.get("marks", ()):
            if not kind.allows_mark_type(schema.marks[mark["type"]]):
                raise _wrong(f"{path}.content[{i}].marks", f"{kind.name} allows no {mark['type']}")
    if not match.valid_end:
        raise _wrong(f"{path}.content", f"{kind.name} is incomplete")


def _joined(children: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Join neighbouring texts that bear the same marks: the same page always has the same bytes."""
    joined: list[dict[str, Any]] = []
    for child in children:
        last = joined[-1] if joined else None
        if last and child["type"] == last["type"] == "text" and child.get("marks") == last.get("marks"):
            joined[-1] = {**last, "text": last["text"] + child["text"]}
        else:
            joined.append(child)
    return joined
