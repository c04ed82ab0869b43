"""Both languages say the same things, and the language of a page is chosen as the visitor would expect."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.requests import Request

from gateway.pages.languages import language_of
from gateway.pages.rendering import messages


def _keys(tree: Any, path: str = "") -> Iterator[str]:
    if not isinstance(tree, dict):
        yield path
        return
    for name, below in tree.items():
        yield from _keys(below, f"{path}.{name}")


def _request(accept: str = "", query: str = "", cookie: str = "") -> Request:
    headers = [(b"accept-language", accept.encode()), (b"cookie", cookie.encode())]
    return Request({"type": "http", "headers": headers, "query_string": query.encode()})


def test_every_sentence_exists_in_both_languages() -> None:
    """A sentence forgotten in one language is an error page for half of the readers."""
    assert sorted(_keys(messages("fr"))) == sorted(_keys(messages("en")))


@pytest.mark.parametrize(
    ("accept", "query", "cookie", "expected"),
    [
        ("", "", "", "fr"),
        ("de-DE,de;q=0.9", "", "", "fr"),
        ("en-GB,en;q=0.9,fr;q=0.8", "", "", "en"),
        ("de,fr;q=0.4,en;q=0.7", "", "", "en"),
        ("en;q=nonsense", "", "", "fr"),
        ("en", "", "language=fr", "fr"),
        ("en", "lang=en", "language=fr", "en"),
        ("fr", "lang=xx", "language=xx", "fr"),
    ],
)
def test_the_language_is_the_visitors(accept: str, query: str, cookie: str, expected: str) -> None:
    """What was chosen goes before what the browser asks for; nonsense chooses nothing."""
    assert expected == language_of(_request(accept, query, cookie))
