"""Write a checked document as plain HTML: only what the schema knows, every text escaped."""

from collections.abc import Callable, Iterable, Mapping
from html import escape
from typing import Any, Final
from urllib.parse import quote

_MARKS: Final = {
    "bold": "strong", "italic": "em", "underline": "u", "strike": "s", "code": "code", "subscript": "sub",
    "superscript": "sup",
}  # fmt: skip
_SIMPLE: Final = {
    "paragraph": "p", "bulletList": "ul", "listItem": "li", "blockquote": "blockquote", "tableRow": "tr",
}  # fmt: skip
_EMPTY: Final = {"hardBreak": "<br>", "horizontalRule": "<hr>"}
Paths = Mapping[str, str]


def document_html(document: Mapping[str, Any], *, paths: Paths) -> str:
    """Return the document's HTML; ``paths`` gives by name where an attachment lies beside the page."""
    return _all(document.get("content", ()), paths)


def _all(nodes: Iterable[Mapping[str, Any]], paths: Paths) -> str:
    return "".join(_node(node, paths) for node in nodes)


def _node(node: Mapping[str, Any], paths: Paths) -> str:
    kind = node["type"]
    if kind == "text":
        return _marked(escape(node["text"]), node)
    if kind in _EMPTY:
        return _EMPTY[kind]
    if kind in _SIMPLE:
        return _element(_SIMPLE[kind], "", _all(node.get("content", ()), paths))
    return _marked(_SPECIAL[kind](node, paths), node)


def _marked(content: str, node: Mapping[str, Any]) -> str:
    for mark in reversed(node.get("marks", ())):
        if mark["type"] == "link":
            href = escape(mark["attrs"]["href"])
            content = f'<a href="{href}" rel="noreferrer noopener">{content}</a>'
        else:
            content = _element(_MARKS[mark["type"]], "", content)
    return content


def _element(tag: str, attributes: str, content: str) -> str:
    return f"<{tag}{attributes}>{content}</{tag}>"


def _inside(tag: str) -> Callable[[Mapping[str, Any], Paths], str]:
    def write(node: Mapping[str, Any], paths: Paths) -> str:
        spans = "".join(
            f' {name}="{node["attrs"][name]}"' for name in ("colspan", "rowspan") if node["attrs"].get(name, 1) != 1
        )
        return _element(tag, spans, _all(node.get("content", ()), paths))

    return write


def _heading(node: Mapping[str, Any], paths: Paths) -> str:
    # The page's title is the one h1: the text's own headings stand below it.
    return _element(f"h{node['attrs']['level'] + 1}", "", _all(node.get("content", ()), paths))


def _ordered(node: Mapping[str, Any], paths: Paths) -> str:
    start = node["attrs"]["start"]
    return _element("ol", f' start="{start}"' if start != 1 else "", _all(node["content"], paths))


def _tasks(node: Mapping[str, Any], paths: Paths) -> str:
    items = (
        _element("li", "", ("☑ " if item["attrs"]["checked"] else "☐ ") + _all(item["content"], paths))
        for item in node["content"]
    )
    return _element("ul", ' class="tasks"', "".join(items))


def _code(node: Mapping[str, Any], paths: Paths) -> str:
    return f"<pre><code>{_all(node.get('content', ()), paths)}</code></pre>"


def _table(node: Mapping[str, Any], paths: Paths) -> str:
    return f"<table><tbody>{_all(node['content'], paths)}</tbody></table>"


def _image(node: Mapping[str, Any], paths: Paths) -> str:
    name, alt = node["attrs"]["attachment"], node["attrs"]["alt"]
    caption = f"<figcaption>{escape(name)}</figcaption>"
    if name not in paths:
        return f"<figure>{caption}</figure>"
    return f'<figure><img src="{escape(quote(paths[name]))}" alt="{escape(alt or name)}">{caption}</figure>'


def _attribute(name: str, css: str) -> Callable[[Mapping[str, Any], Paths], str]:
    def write(node: Mapping[str, Any], _paths: Paths) -> str:
        return f'<span class="{css}">{escape(node["attrs"][name])}</span>'

    return write


_SPECIAL: Final[Mapping[str, Callable[[Mapping[str, Any], Paths], str]]] = {
    "heading": _heading,
    "orderedList": _ordered,
    "taskList": _tasks,
    "codeBlock": _code,
    "table": _table,
    "tableHeader": _inside("th"),
    "tableCell": _inside("td"),
    "image": _image,
    "inlineMath": _attribute("latex", "math"),
    "blockMath": lambda node, _paths: f'<div class="math">{escape(node["attrs"]["latex"])}</div>',
    "personMention": _attribute("label", "mention"),
    "entryLink": _attribute("label", "link"),
}
