"""Third-party HTML becomes a document that fits the schema, inert, with every loss named."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.entries.adapters.documents import Documents
from services.entries.adapters.eln.html import Mapped, map_html, map_markdown

XSS = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", "<a href='javascript:alert(1)'>x</a>",
    "<a href='java&#10;script:alert(1)'>x</a>", "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>", "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<object data='javascript:alert(1)'></object>", "<p style=\"background:url('javascript:alert(1)')\">x</p>",
    "<form action='javascript:alert(1)'><button>x</button></form>", "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<template><script>alert(1)</script></template>", "<!--><script>alert(1)</script>-->", "<svg><script>alert(1)</script></svg>",
    "<meta http-equiv=refresh content='0;javascript:alert(1)'>", "<base href='javascript:'>", "<x onclick=alert(1)>x",
]  # fmt: skip


def document(mapped: Mapped) -> dict[str, object]:
    """Return the checked document: a misfit raises."""
    return dict(Documents().check({"type": "doc", "content": list(mapped.blocks)}).document)


def kinds(node: object) -> set[str]:
    """Return every type of node and mark in a document."""
    found: set[str] = set()
    if isinstance(node, dict):
        found |= {node["type"]} if "type" in node else set()
        for value in node.values():
            found |= kinds(value)
    elif isinstance(node, list):
        for value in node:
            found |= kinds(value)
    return found


@pytest.mark.parametrize("source", XSS)
def test_script_in_any_disguise_is_inert(source: str) -> None:
    """A page of a stranger is shown to colleagues: nothing of it may run."""
    said = json.dumps(document(map_html(f"<p>before</p>{source}<p>after</p>", files={})))

    assert "javascript:" not in said
    assert "onerror" not in said
    assert "<script" not in said
    assert "before" in said


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(
    st.sampled_from(["<p>", "</p>", "<ul>", "<li>", "</ul>", "<table>", "<tr>", "<td>", "</table>", "<b>", "</b>", "<pre>",
                     "<br>", "<img src=a.png>", "<h1>", "</h1>", "<ol>", "<blockquote>", "<a href=http://e.fr>", "</a>",
                     "<input type=checkbox>", "<div>", "</div>", "$x^2$", "$$y$$", "<hr>", "<code>", "</code>", "<caption>",
                     "<span style='font-weight:bold;vertical-align:sub'>", "</span>", "<dl><dt>", "<!--", "-->"]),
    st.text(max_size=8),
), max_size=25))  # fmt: skip
def test_any_html_becomes_a_document_that_fits(pieces: list[str]) -> None:
    """Whatever a producer writes, the import goes on and the schema holds."""
    document(map_html("".join(pieces), files={"a.png": "a.png"}))


def test_no_word_is_lost_between_marks() -> None:
    """A lone space between two marked words is part of the text."""
    mapped = map_html("<p>a <b>x</b> <i>y</i> z</p>", files={})

    assert Documents().check({"type": "doc", "content": list(mapped.blocks)}).text == "a x y z"


def test_check_boxes_tables_formulas_and_code_keep_their_meaning() -> None:
    """They are what a laboratory page is made of."""
    source = (
        "<ul><li><input type=checkbox checked> done</li></ul><table><caption>c</caption><tr><th>h</th></tr></table>"
        "<p>$$E=mc^2$$ and \\(x\\)</p><pre><code class='language-python'>a\n b</code></pre>"
    )
    found = kinds(document(map_html(source, files={})))

    assert {"taskItem", "tableHeader", "blockMath", "inlineMath", "codeBlock"} <= found


def test_prices_are_no_formulas() -> None:
    """A dollar sign alone means money."""
    assert "inlineMath" not in kinds(document(map_html("<p>$5 and $6</p>", files={})))


def test_pictures_inside_the_text_become_files_and_far_ones_addresses() -> None:
    """Nothing is fetched, nothing is dropped."""
    source = "<img src='data:image/png;base64,iVBORw0KGgo='><img src='https://e.fr/x.png'><img src='./a%20b.png'>"
    mapped = map_html(source, files={"./a b.png": "a b.png"})

    assert [image.name for image in mapped.images] == ["image-1.png"]
    assert mapped.foreign_images == ("https://e.fr/x.png",)
    assert Documents().check({"type": "doc", "content": list(mapped.blocks)}).attachments == ("image-1.png", "a b.png")


def test_what_is_lost_is_named() -> None:
    """The report says it, and the page keeps the original."""
    assert map_html("<iframe src=x></iframe><p onclick=a()>t</p>", files={}).losses == ("iframe ×1", "onclick ×1")


@pytest.mark.parametrize("source", ["<div>" * 100_000 + "deep", "<b>" * 5000 + "deep", "<ul><li>" * 3000 + "deep"])
def test_absurd_nesting_keeps_its_words_in_reasonable_time(source: str) -> None:
    """Both parsers would take quadratic time, or lose the text."""
    mapped = map_html(source, files={})

    assert "structure" in mapped.losses
    assert "deep" in json.dumps(document(mapped))


def test_markdown_is_read_as_markdown() -> None:
    """Declared by the producer; raw HTML in it passes the same sieve."""
    mapped = map_markdown("# T\n\n|a|\n|-|\n|1|\n\n- x\n\n<script>alert(1)</script>", files={})

    assert {"heading", "table", "bulletList"} <= kinds(document(mapped))
    assert "alert" not in json.dumps(document(mapped))
