"""Map third-party HTML (and Markdown) to the document schema; what does not fit is named, never dropped in silence."""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

import lxml.html

from services.entries.adapters import document_schema
from services.entries.adapters.eln import dom, sanitise

# Both parsers hold the whole text several times over; a page above this is kept as a file, its words as plain text.
SIZE_LIMIT: Final = 32 * 1024 * 1024
# Three times the deepest page met so far; libxml2 itself stops at 256.
DEPTH_LIMIT: Final = 200
_DATA: Final = re.compile(r"\s*data:(?P<type>image/(?P<kind>[a-zA-Z0-9.+-]+))[^,]*;base64,(?P<bytes>.*)\Z", re.DOTALL)
_HREF: Final = re.compile(r"(?i)(https?://|mailto:)[^\s\x00-\x1f]+\Z")
# What XML cannot hold; libxml2 refuses it (XML 1.0 §2.2).
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_FAILURES: Final = (ValueError, TypeError, KeyError, IndexError, AttributeError, AssertionError, RecursionError)

_NODES: Final = {
    "p": "paragraph", "h1": "heading", "h2": "heading", "h3": "heading", "h4": "heading", "ul": "bulletList",
    "ol": "orderedList", "li": "listItem", "tasks": "taskList", "task": "taskItem", "blockquote": "blockquote",
    "pre": "codeBlock", "br": "hardBreak", "hr": "horizontalRule", "table": "table", "tr": "tableRow",
    "th": "tableHeader", "td": "tableCell", "picture": "image", "mathinline": "inlineMath", "mathblock": "blockMath",
}  # fmt: skip
_MARKS: Final = {
    "strong": "bold", "em": "italic", "u": "underline", "del": "strike", "code": "code", "sub": "subscript",
    "sup": "superscript", "a": "link",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class EmbeddedImage:
    """A picture that lay inside the text; ``name`` is what the document's image node refers to."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Mapped:
    """The blocks of a text, its embedded pictures, and what was lost on the way (then the original must be kept)."""

    blocks: tuple[Mapping[str, Any], ...]
    images: tuple[EmbeddedImage, ...] = ()
    losses: tuple[str, ...] = ()
    foreign_images: tuple[str, ...] = ()


def map_markdown(source: str, *, files: Mapping[str, str], prefix: str = "image") -> Mapped:
    """Map Markdown (CommonMark with tables and strike-through); raw HTML in it goes through the same sieve."""
    from markdown_it import MarkdownIt

    rendered = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(source)
    return map_html(rendered, files=files, prefix=prefix)


def map_html(source: str, *, files: Mapping[str, str], prefix: str = "image") -> Mapped:
    """
    Map HTML to blocks of the document schema. Never fails: the words of what cannot be mapped stay.

    Args:
        source: HTML of a stranger.
        files: by every way the text may name a file of the archive, the attachment's name.
        prefix: begins the names of pictures found inside the text.

    """
    source = _CONTROL.sub("", source)
    if len(source) > SIZE_LIMIT or sanitise.depth(source) > DEPTH_LIMIT:
        return Mapped(_paragraphs(sanitise.plain(source[:SIZE_LIMIT])), losses=("structure",))
    pictures = _Pictures(files, prefix)
    try:
        root = dom.parse(sanitise.clean(source))
        dom.shape(root, picture=pictures.stand_in)
        blocks = _parsed(root)
    except _FAILURES:
        return Mapped(_paragraphs(sanitise.plain(source)), losses=("structure",))
    return Mapped(blocks, tuple(pictures.embedded), sanitise.losses(source), tuple(pictures.foreign))


class _Pictures:
    """Decide what stands for each ``img``: a file of the archive, a picture inside the text, or a mere address."""

    def __init__(self, files: Mapping[str, str], prefix: str) -> None:
        self.files = files
        self.prefix = prefix
        self.embedded: list[EmbeddedImage] = []
        self.foreign: list[str] = []

    def stand_in(self, image: Any) -> Any:
        """Return the element for one image."""
        source = image.get("src", "")
        data = _DATA.match(source)
        name = self._embed(data) if data else self._of_archive(source)
        if name is None:
            return self._address(source, image.get("alt") or image.get("title") or "")
        stand_in = lxml.html.Element("picture")
        stand_in.set("attachment", name)
        stand_in.set("alt", image.get("alt") or "")
        return stand_in

    def _of_archive(self, source: str) -> str | None:
        """Find the attachment a source names: by path, escaped or not, or as a parameter of a product's own address."""
        query = parse_qs(urlsplit(source).query) if "?" in source else {}
        named = [source, unquote(source), *(value for values in query.values() for value in values)]
        return next((self.files[name] for name in named if name in self.files), None)

    def _embed(self, data: re.Match[str]) -> str | None:
        try:
            content = base64.b64decode(re.sub(r"\s", "", unquote(data["bytes"])), validate=True)
        except (binascii.Error, ValueError):
            return None
        kind = data["kind"].lower().split("+")[0].replace("jpeg", "jpg")
        name = f"{self.prefix}-{len(self.embedded) + 1}.{kind}"
        self.embedded.append(EmbeddedImage(name, data["type"].lower(), content))
        return name

    def _address(self, source: str, label: str) -> Any:
        """Write where the picture was: it is not here, and nothing is ever fetched for an import."""
        shown = source if not source.startswith("data:") else "data:…"
        self.foreign.append(shown[:300])
        link = lxml.html.Element("a")
        link.set("href", source[:2000])
        link.text = f"[image: {label or shown[:300]}]"
        return link


def _parsed(root: Any) -> tuple[Mapping[str, Any], ...]:
    """Run ProseMirror's own DOM parser over the shaped tree."""
    from prosemirror.model import DOMParser
    from prosemirror.model.from_dom import ParseOptions

    parser = DOMParser(document_schema.document_schema(), [])
    # Lists are normal already (dom.shape); the library's way tests the truth of an element, which lxml warns of.
    parser.normalize_lists = False
    # One rule per element by its name: the library's CSS selectors would search the whole tree for every element.
    document = parser.parse(root, ParseOptions(rule_from_node=_rule))
    document.check()
    content: Any = document.to_json()["content"]
    return tuple(content)


def _rule(element: Any) -> Any:
    from prosemirror.model.from_dom import TagParseRule

    node, mark = _NODES.get(element.tag), _MARKS.get(element.tag)
    if mark == "link" and not _HREF.match(element.get("href", "")):
        mark = None
    if node is None and mark is None:
        return None
    return TagParseRule(
        priority=None, consuming=None, context=None, mark=None if node else mark, ignore=None, close_parent=None,
        skip=None, attrs=_attributes(element, node or mark), tag=element.tag, namespace=None, node=node,
        get_attrs=None, content_element=None, get_content=None,
        preserve_whitespace="full" if node == "codeBlock" else None,
    )  # fmt: skip


def _spans(cell: Any) -> dict[str, Any]:
    return {"colspan": _whole(cell.get("colspan"), 1, 1000), "rowspan": _whole(cell.get("rowspan"), 1, 65534)}


# How each node and mark reads its attributes from the element that stands for it.
_ATTRIBUTES: Final[Mapping[str, Callable[[Any], dict[str, Any]]]] = {
    "heading": lambda e: {"level": int(e.tag[1])},
    "orderedList": lambda e: {"start": _whole(e.get("start"), 1, 2**31 - 1)},
    "tableCell": _spans,
    "tableHeader": _spans,
    "taskItem": lambda e: {"checked": bool(e.get("checked"))},
    "image": lambda e: {"attachment": e.get("attachment"), "alt": e.get("alt", "")},
    "inlineMath": lambda e: {"latex": e.get("latex", "")},
    "blockMath": lambda e: {"latex": e.get("latex", "")},
    "link": lambda e: {"href": e.get("href").strip()},
    "codeBlock": lambda e: {"language": _language(e)},
}


def _attributes(element: Any, name: str | None) -> dict[str, Any] | None:
    read = _ATTRIBUTES.get(name or "")
    return read(element) if read else None


def _language(element: Any) -> str | None:
    classes = " ".join(e.get("class", "") for e in element.iter())
    found = re.search(r"\blang(?:uage)?-([\w+#-]+)", classes)
    return found[1] if found else None


def _whole(value: str | None, default: int, high: int) -> int:
    """Read a number as browsers do: leading digits, else the default."""
    digits = re.match(r"\s*(\d{1,9})", value or "")
    return min(max(int(digits[1]), default and 1), high) if digits else default


def _paragraphs(text: str) -> tuple[Mapping[str, Any], ...]:
    lines = [line.strip() for line in text.split("\n")]
    filled = [{"type": "paragraph", "content": [{"type": "text", "text": line}]} for line in lines if line]
    return tuple(filled) or ({"type": "paragraph"},)
