"""Bring clean HTML into the few shapes the document schema knows: lists of tasks, formulas, pictures, plain blocks."""

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

import lxml.html

# The schema check stops at 64; every element can open two levels of document.
DEPTH_LIMIT: Final = 24
TEXT: Final = "lxmltext"  # the tag under which prosemirror's parser looks for text (lxml has no text nodes)
NEUTRAL: Final = frozenset(
    [
        "abbr",
        "bdi",
        "bdo",
        "big",
        "center",
        "col",
        "colgroup",
        "dfn",
        "font",
        "label",
        "nav",
        "small",
        "span",
        "time",
        "wbr",
    ]
)
RENAMED: Final = {
    "h5": "h4", "h6": "h4", "b": "strong", "i": "em", "cite": "em", "var": "em", "ins": "u", "s": "del",
    "strike": "del", "kbd": "code", "samp": "code", "tt": "code", "figcaption": "p", "dt": "p", "dd": "p",
    "address": "p", "summary": "p", "caption": "p", "mark": "strong", "q": "em",
}  # fmt: skip
STRUCTURE: Final = frozenset(
    [
        "table",
        "tr",
        "ul",
        "ol",
        "tbody",
        "thead",
        "tfoot",
        "img",
        "br",
        "hr",
        "input",
    ]
)
_STYLED: Final = (
    (re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)"), "strong"),
    (re.compile(r"font-style\s*:\s*italic"), "em"),
    (re.compile(r"text-decoration[^;]*:\s*[^;]*underline"), "u"),
    (re.compile(r"text-decoration[^;]*:\s*[^;]*line-through"), "del"),
    (re.compile(r"vertical-align\s*:\s*sub\b"), "sub"),
    (re.compile(r"vertical-align\s*:\s*super\b"), "sup"),
)
# `$…$` is taken for a formula only when it looks like one: prices have dollars too.
_MATH: Final = re.compile(
    r"\$\$(?P<block>.{1,5000}?)\$\$|\\\[(?P<block2>.{1,5000}?)\\\]|\\\((?P<inline>.{1,2000}?)\\\)"
    r"|(?<![\w$])\$(?P<dollar>(?=[^$\n]*[\\^_{=])[^$\n]{1,500}?)\$(?![\w$])",
    re.DOTALL,
)


def parse(clean_html: str) -> Any:
    """Return the tree of clean HTML under one ``div``."""
    # Since both limits of libxml2 (256 levels, 10 MB a text) would lose text in silence, they are lifted here;
    # sanitise.depth and the size limit of the caller stand before.
    parser = lxml.html.HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True)
    return lxml.html.fragment_fromstring(clean_html, create_parent="div", parser=parser)


def shape(root: Any, *, picture: Callable[[Any], Any]) -> None:
    """
    Rewrite the tree in place.

    Args:
        root: what ``parse`` returned.
        picture: maps an ``img`` element to the element that stands for it.

    """
    for element in list(root.iter()):
        if element is not root and isinstance(element.tag, str):
            _rename(element)
    for image in list(root.iter("img")):
        _swap(image, picture(image))
    for table in list(root.iter("table")):
        _lift_captions(table)
    for listing in list(root.iter("ul", "ol")):
        _shape_list(listing)
    for element in [e for e, level in _levels(root) if level > DEPTH_LIMIT and e.tag not in {"img", "br", "hr"}]:
        element.drop_tag()
    _show_boxes(root)
    _wrap_text(root)
    _mark_formulas(root)


def _swap(old: Any, new: Any) -> None:
    if new is not old:
        new.tail, old.tail = old.tail, None
        old.getparent().replace(old, new)


def _levels(root: Any) -> Iterator[tuple[Any, int]]:
    waiting = [(root, 0)]
    while waiting:
        element, level = waiting.pop()
        yield element, level
        waiting.extend((child, level + 1) for child in element)


def _rename(element: Any) -> None:
    """Give an element its plain name; a style that says bold becomes the mark that says bold."""
    style = element.attrib.pop("style", "").lower()
    marks = [tag for pattern, tag in _STYLED if pattern.search(style)] if style else []
    if element.tag in NEUTRAL and marks:
        element.tag = marks.pop()
    elif element.tag in NEUTRAL:
        element.drop_tag()
        return
    else:
        element.tag = RENAMED.get(element.tag, element.tag)
    if element.tag not in STRUCTURE:
        for tag in marks:
            inner = lxml.html.Element(tag)
            inner.text, element.text = element.text, None
            inner.extend(list(element))
            element.append(inner)


def _lift_captions(table: Any) -> None:
    """Put what a table holds besides rows (its caption) before it: the schema's tables hold rows only."""
    for child in [c for c in table if c.tag not in {"tr", "thead", "tbody", "tfoot"}]:
        child.tail = None
        table.addprevious(child)


def _shape_list(listing: Any) -> None:
    """Wrap stray children into items, and turn a list of check boxes into a list of tasks."""
    item: Any = None
    for child in list(listing):
        if child.tag == "li":
            item = child
        elif child.tag in {"ul", "ol"} and item is not None:
            item.append(child)
        else:
            item = lxml.html.Element("li")
            listing.replace(child, item)
            item.append(child)
    items = list(listing)
    is_tasks = listing.get("data-type") == "taskList"
    if items and (is_tasks or all(_box(entry) is not None for entry in items)):
        listing.tag = "tasks"
        for entry in items:
            box = _box(entry)
            checked = entry.get("data-checked") == "true" or (box is not None and "checked" in box.attrib)
            if box is not None:
                box.drop_tag()
            entry.tag = "task"
            entry.set("checked", "1" if checked else "")


def _box(item: Any) -> Any:
    return next((box for box in item.iter("input") if box.get("type", "").lower() == "checkbox"), None)


def _show_boxes(root: Any) -> None:
    """Write a check box that is no task as the sign people read."""
    for box in list(root.iter("input")):
        text = lxml.html.Element("lone")
        if box.get("type", "").lower() == "checkbox":
            text.text = "☑ " if "checked" in box.attrib else "☐ "
        _swap(box, text)
        text.drop_tag()


def _mark_formulas(root: Any) -> None:
    """Cut every text outside code at its formulas."""
    for text in list(root.iter(TEXT)):
        if any(a.tag in {"code", "pre"} for a in text.iterancestors()):
            continue
        parts = _split(text.text or "")
        if len(parts) > 1:
            parent, index = text.getparent(), text.getparent().index(text)
            parent.remove(text)
            for offset, part in enumerate(parts):
                parent.insert(index + offset, part)


def _split(text: str) -> list[Any]:
    """Return a text as elements: texts and formulas in turn."""
    parts: list[Any] = []
    last = 0
    for match in _MATH.finditer(text):
        parts.append(_text_element(text[last : match.start()]))
        block = match["block"] or match["block2"]
        formula = lxml.html.Element("mathblock" if block else "mathinline")
        formula.set("latex", (block or match["inline"] or match["dollar"]).strip())
        parts.append(formula)
        last = match.end()
    parts.append(_text_element(text[last:]))
    return [part for part in parts if part.tag != TEXT or part.text]


def _text_element(text: str) -> Any:
    element = lxml.html.Element(TEXT)
    element.text = text
    return element


def _wrap_text(root: Any) -> None:
    """Give every text an element of its own: the parser would lose a lone space between two words in bold."""
    for element in list(root.iter()):
        if element.tail and element is not root:
            parent = element.getparent()
            parent.insert(parent.index(element) + 1, _text_element(element.tail))
            element.tail = None
        if element.text:
            element.insert(0, _text_element(element.text))
            element.text = None
