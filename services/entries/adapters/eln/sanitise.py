"""Make third-party HTML inert before anything looks at it, and name what it loses by that."""

import html
import re
from collections import Counter
from typing import Final

import nh3

# What the document schema can hold, in one way or another. Everything else is reported and kept in the original.
TAGS: Final = frozenset(
    [
        "a",
        "abbr",
        "address",
        "article",
        "aside",
        "b",
        "big",
        "bdi",
        "bdo",
        "blockquote",
        "br",
        "caption",
        "center",
        "cite",
        "code",
        "col",
        "colgroup",
        "dd",
        "del",
        "details",
        "dfn",
        "div",
        "dl",
        "dt",
        "em",
        "figcaption",
        "figure",
        "font",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "i",
        "img",
        "input",
        "ins",
        "kbd",
        "label",
        "li",
        "main",
        "mark",
        "nav",
        "ol",
        "p",
        "pre",
        "q",
        "s",
        "samp",
        "section",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "summary",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "time",
        "tr",
        "tt",
        "u",
        "ul",
        "var",
        "wbr",
    ]
)
# The frame of a whole page: losing it loses nothing a reader saw.
FRAME: Final = frozenset({"html", "head", "body", "meta", "title", "link"})
# Their text is no text: it must not surface when the tag goes.
CONTENT_GOES: Final = frozenset({"script", "style", "title", "noscript", "template", "iframe", "object", "embed"})
ATTRIBUTES: Final = {
    "*": {"style"},
    "a": {"href"},
    "img": {"src", "alt", "title"},
    "input": {"type", "checked"},
    "li": {"data-checked", "data-type"},
    "ul": {"data-type", "class"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "code": {"class"},
    "pre": {"class"},
}
SCHEMES: Final = {"http", "https", "mailto", "data"}
_TAG: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]*)")
_HANDLER: Final = re.compile(r"<[a-zA-Z][^>]*\s(on[a-zA-Z]+)\s*=")
_COLOUR: Final = re.compile(r"""<[a-zA-Z][^>]*\sstyle\s*=\s*["'][^"']*\b(?:color|background)""", re.IGNORECASE)
_SILENT: Final = re.compile(r"(?is)<(script|style|title|noscript|template|iframe|object)\b.*?(?:</\1\s*>|\Z)")
_ANY_TAG: Final = re.compile(r"<[^<>]{0,100000}>")
_VOID: Final = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
        "p",
        "li",
        "td",
        "th",
        "tr",
    ]
)


def clean(source: str) -> str:
    """Return the HTML with nothing left that could run, load or hide (ammonia's rules, html5ever's parser)."""
    return nh3.clean(
        source,
        tags=set(TAGS),
        clean_content_tags=set(CONTENT_GOES),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        url_schemes=set(SCHEMES),
        link_rel=None,
        strip_comments=True,
    )


def losses(source: str) -> tuple[str, ...]:
    """Name what ``clean`` takes away: ``iframe ×2``, ``onclick``, ``colours``; in alphabetical order."""
    tags = Counter(name.lower() for closing, name in _TAG.findall(source) if not closing)
    gone = {tag: count for tag, count in tags.items() if tag not in TAGS and tag not in FRAME}
    handlers = Counter(name.lower() for name in _HANDLER.findall(source))
    found = [f"{tag} ×{count}" for tag, count in sorted((gone | dict(handlers)).items())]
    return (*found[:20], "colours") if _COLOUR.search(source) else tuple(found[:20])


def depth(source: str) -> int:
    """Estimate how deep the elements nest: both parsers take quadratic time or lose text when it is absurd."""
    level = deepest = 0
    for closing, name in _TAG.findall(source):
        if name.lower() not in _VOID:
            level = max(0, level - 1) if closing else level + 1
            deepest = max(deepest, level)
    return deepest


def plain(source: str) -> str:
    """Return the words of HTML that cannot be mapped, a line per element."""
    return html.unescape(_ANY_TAG.sub("\n", _SILENT.sub("\n", source)))
