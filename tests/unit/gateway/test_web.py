"""The built app is served by name: the best encoding, the right freshness, nothing from outside its folder."""

from pathlib import Path

import pytest
from starlette.requests import Request

from gateway.routes.web import WebApp, _freshness, policy


@pytest.fixture
def built(tmp_path: Path) -> WebApp:
    """A build of three files."""
    (tmp_path / "assets").mkdir()
    for name in ("index.html", "index.html.br", "assets/page-1.js", "assets/page-1.js.gz", ".built"):
        (tmp_path / name).write_text(name)
    return WebApp.of(tmp_path)


def _request(accepted: str) -> Request:
    return Request({"type": "http", "headers": [(b"accept-encoding", accepted.encode())]})


@pytest.mark.parametrize(("accepted", "encoding"), [("gzip, br", "br"), ("gzip", None), ("", None)])
def test_the_best_encoding_both_know_is_sent(built: WebApp, accepted: str, encoding: str | None) -> None:
    """Brotli saves a tenth of the bytes on a train; a client that knows none still gets its page."""
    answer = built.answer("index.html", _request(accepted), {})

    assert encoding == answer.headers.get("content-encoding")
    assert "text/html; charset=utf-8" == answer.headers["content-type"]
    assert "Accept-Encoding" == answer.headers["vary"]


def test_what_is_hidden_is_not_served(built: WebApp) -> None:
    """Marks of the build are nobody's business; names are looked up, so no path leads outside."""
    assert ".built" not in built.files
    assert "../secrets" not in built.files


def test_only_names_with_a_digest_live_for_ever() -> None:
    """A service worker kept for a year could never be mended."""
    assert "immutable" in _freshness("assets/page-1.js")
    assert "no-cache" == _freshness("sw.js")


def test_the_policy_names_the_store_and_allows_nothing_inline() -> None:
    """What somebody smuggles into a page has nothing to run with."""
    said = policy("https://files.example")

    assert "connect-src 'self' https://files.example" in said
    assert "default-src 'none'" in said
    assert "unsafe" not in said
