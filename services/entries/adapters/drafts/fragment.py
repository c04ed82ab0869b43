"""
Turn a page's document into the XML fragment its editor binds to, and back.

The layout is y-prosemirror's (in TipTap: @tiptap/y-tiptap 3): a node is an XmlElement named like it, its attributes
typed values without nulls; neighbouring texts are one XmlText whose formatting attributes are the marks, each with the
mark's own attributes as value; inline nodes other than text bear no marks.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from pycrdt import Text, XmlElement, XmlFragment, XmlText

from services.entries.adapters.document_schema import document_schema
from services.entries.adapters.drafts.structure import DEPTH_LIMIT, MalformedError

Json = dict[str, Any]
# A page without a block is shown as one empty paragraph: the schema asks for a block.
EMPTY: Json = {"type": "doc", "content": [{"type": "paragraph"}]}


def write_document(fragment: XmlFragment, document: Mapping[str, Any]) -> None:
    """Fill an empty fragment with a checked document; the caller holds the transaction."""
    _write_children(fragment, document.get("content", ()))


def _write_children(parent: XmlFragment | XmlElement, nodes: Sequence[Mapping[str, Any]]) -> None:
    for is_text, run in groupby(nodes, key=lambda node: node["type"] == "text"):
        if is_text:
            _write_texts(parent, list(run))
            continue
        for node in run:
            attrs = {name: value for name, value in node.get("attrs", {}).items() if value is not None}
            element = XmlElement(node["type"])
            parent.children.append(element)
            for name, value in attrs.items():
                element.attributes[name] = value
            _write_children(element, node.get("content", ()))


def _write_texts(parent: XmlFragment | XmlElement, texts: Sequence[Mapping[str, Any]]) -> None:
    text, place, before = XmlText(), 0, set[str]()
    parent.children.append(text)
    for node in texts:
        marks = {mark["type"]: mark.get("attrs", {}) for mark in node.get("marks", ())}
        # What was on and is not any more is switched off by name: inserted text inherits what stands before it.
        text.insert(place, node["text"], {**dict.fromkeys(before - set(marks)), **marks})
        # Places count bytes of UTF-8 in yrs.
        place, before = place + len(node["text"].encode()), set(marks)


def read_document(fragment: XmlFragment) -> Json:
    """Return the document a fragment says, as TipTap's ``getJSON`` would, not yet checked against the schema."""
    content = _read_children(fragment)
    return {"type": "doc", "content": content} if content else EMPTY


def _read_children(parent: XmlFragment | XmlElement) -> list[Json]:
    found: list[Json] = []
    for child in parent.children:
        if isinstance(child, XmlText):
            found.extend(_texts(child))
        else:
            found.append(_element(child))
    return found


def _element(element: Any) -> Json:
    kind = document_schema().nodes.get(element.tag)
    node: Json = {"type": element.tag}
    # Attributes the schema does not know are an editor's own business and are not kept.
    known = kind.attrs if kind is not None else {}
    if attrs := {name: _value(value) for name, value in element.attributes if name in known}:
        node["attrs"] = attrs
    if content := _read_children(element):
        node["content"] = content
    return node


def _texts(text: XmlText) -> Iterator[Json]:
    for said, formatting in text.diff():
        if not isinstance(said, str):
            raise MalformedError("something that is no text in a text")
        marks = [_mark(name, value) for name, value in (formatting or {}).items() if value is not None]
        alone = [mark for mark in marks if mark["type"] == "code"]
        # Code excludes all other marks; two people may have set both at once (ProseMirror: ``Mark.addToSet``).
        marks = alone or marks
        yield {"type": "text", "marks": marks, "text": said} if marks else {"type": "text", "text": said}


def _mark(name: str, value: Any) -> Json:
    kind = document_schema().marks.get(name)
    given = value.items() if isinstance(value, Mapping) and kind is not None else ()
    attrs = {key: _value(one) for key, one in given if kind is not None and key in kind.attrs}
    return {"type": name, "attrs": attrs} if attrs else {"type": name}


def _value(value: Any) -> Any:
    # JavaScript has one kind of number; yrs gives it as a float.
    return int(value) if isinstance(value, float) and value.is_integer() else value


def depth_of(fragment: XmlFragment) -> int:
    """
    Return how deep a fragment nests, looking no deeper than is allowed.

    Raises:
        MalformedError: deeper than that, or something in a text that is no text.

    """
    deepest, waiting = 0, [(child, 1) for child in fragment.children]
    while waiting:
        node, depth = waiting.pop()
        deepest = max(deepest, depth)
        if depth > DEPTH_LIMIT:
            raise MalformedError(f"nested deeper than {DEPTH_LIMIT}")
        if isinstance(node, XmlText):
            only_text(node)
        else:
            waiting.extend((child, depth + 1) for child in node.children)
    return deepest


def only_text(text: Text | XmlText) -> None:
    """Raise MalformedError when there is something in a text that is no text."""
    if any(not isinstance(said, str) for said, _ in text.diff()):
        raise MalformedError("something that is no text in a text")
