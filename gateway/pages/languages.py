"""Choose the language of a page: what the visitor chose, else what the browser asks for, else French."""

from typing import Literal

from fastapi import Request

Language = Literal["fr", "en"]
LANGUAGES: tuple[Language, ...] = ("fr", "en")
COOKIE = "language"
YEAR_SECONDS = 31_536_000


def chosen(request: Request) -> Language | None:
    """Return the language of the switch (``?lang=``), or none when this request chooses nothing."""
    return _known(request.query_params.get("lang"))


def language_of(request: Request) -> Language:
    """Return the language to answer in; the institute speaks French when nothing else is said."""
    return chosen(request) or _known(request.cookies.get(COOKIE)) or _accepted(request) or "fr"


def _known(value: str | None) -> Language | None:
    return next((language for language in LANGUAGES if language == value), None)


def _accepted(request: Request) -> Language | None:
    # RFC 9110 §12.5.4: ranges with weights; the sort is stable, so equal weights keep the browser's order.
    weighted: list[tuple[float, str]] = []
    for part in request.headers.get("accept-language", "").split(",")[:20]:
        name, _, weight = part.partition(";")
        try:
            quality = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        if quality > 0:
            weighted.append((-quality, name.strip().lower()[:2]))
    found = (_known(name) for _, name in sorted(weighted, key=lambda pair: pair[0]))
    return next((language for language in found if language), None)
