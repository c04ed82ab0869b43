"""Render templates with the words of the visitor's language."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from gateway.context import gateway_of
from gateway.pages import languages
from gateway.pages.languages import Language

# Pages of the gateway run no script at all; forms go home only.
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_DEMO_MARK = {
    "fr": "Démonstration : rien ici n'a valeur de preuve.",
    "en": "Demonstration: nothing here is evidence.",
}


@cache
def messages(language: Language) -> Mapping[str, Any]:
    """Return the catalogue of a language: sentences by page and name."""
    found: dict[str, Any] = json.loads(files("gateway.pages").joinpath(f"messages/{language}.json").read_bytes())
    return found


@cache
def style_sheet() -> bytes:
    """Return the pages' one style sheet: the tokens all screens share, then the pages' own rules."""
    return b"\n".join(files("gateway.pages").joinpath(name).read_bytes() for name in ("tokens.css", "pages.css"))


@cache
def style_digest() -> str:
    """Return a short digest of the style sheet: its address changes when it does, so it may be cached for ever."""
    return hashlib.sha256(style_sheet()).hexdigest()[:16]


def spoken_time(value: str | datetime, language: Language) -> str:
    """Return an instant in words, UTC to the second, as evidence is dated."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    if language == "fr":
        return moment.strftime("%d/%m/%Y à %H:%M:%S UTC")
    return moment.strftime("%d %b %Y at %H:%M:%S UTC")


def page(name: str, request: Request, *, status: int = 200, **values: Any) -> Response:
    """Return a page in the visitor's language; a language chosen in the address is remembered."""
    language = languages.language_of(request)
    demo = gateway_of(request).settings.demo
    text = _environment().get_template(name).render(
        language=language,
        words=messages(language),
        mark=_DEMO_MARK[language] if demo else "",
        style=f"/style.css?v={style_digest()}",
        switch=_switch(request, language),
        spoken_time=lambda value: spoken_time(value, language),
        **values,
    )  # fmt: skip
    headers = {
        "Cache-Control": "no-store", "Content-Language": language, "Content-Security-Policy": POLICY,
        "Vary": "Accept-Language, Cookie",
    }  # fmt: skip
    answer = HTMLResponse(text, status_code=status, headers=headers)
    if languages.chosen(request):
        answer.set_cookie(languages.COOKIE, language, max_age=languages.YEAR_SECONDS, path="/", secure=True,
                          samesite="lax")  # fmt: skip
    return answer


def _switch(request: Request, language: Language) -> dict[str, str]:
    other: Language = "en" if language == "fr" else "fr"
    query = [(key, value) for key, value in request.query_params.multi_items() if key != "lang"]
    return {"language": other, "address": "?" + urlencode([*query, ("lang", other)])}


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("gateway", "pages/templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
