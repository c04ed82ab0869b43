"""Read single values of a crate in all the shapes they were seen in: people, dates, sizes, keywords, texts."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

from services.entries.adapters.eln.crate import Crate, Entity

# Beside ISO 8601: seen in real archives, the last one among them.
_DATES: Final = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%d.%m.%Y", "%Y/%m/%d", "%Y", "%d:%m:%y:%H:%M:%S")
NAME_LIMIT: Final = 300


@dataclass(frozen=True, slots=True)
class Text:
    """A text and what it says it is; ``markup`` is html, markdown or plain, decided by declaration then content."""

    content: str
    markup: str


@dataclass(frozen=True, slots=True)
class Property:
    """A named value with its unit, as the producer wrote them."""

    name: str
    value: str
    unit: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Comment:
    """Somebody's remark on a page."""

    author: str
    date: str
    content: str


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a procedure, done or not."""

    text: str
    is_done: bool


def words(value: Any) -> str:
    """Return a value as one line for people."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        return html.unescape(str(value)).strip()
    if isinstance(value, list):
        return ", ".join(filter(None, (words(item) for item in value)))
    if isinstance(value, dict):
        return words(next((value[k] for k in ("@value", "name", "text", "value", "@id") if k in value), ""))
    return ""


def person(crate: Crate, value: Any) -> str:
    """Return who it was, as a foreign name: never matched with an account of ours."""
    people = [_name(entity) for entity in crate.find(value)]
    if not people:
        texts = value if isinstance(value, list) else [value]
        people = [words(text) for text in texts]
    return ", ".join(dict.fromkeys(filter(None, people)))[:NAME_LIMIT]


def _name(entity: Entity) -> str:
    given, family = words(entity.get("givenName")), words(entity.get("familyName"))
    name = words(entity.get("name")) or f"{given} {family}".strip() or words(entity.get("alternateName"))
    mail = words(entity.get("email")).removeprefix("mailto:")
    if name and mail and mail not in name:
        return f"{name} <{mail}>"
    return name or mail or words(entity.get("identifier", "url")) or entity.id


def moment(value: Any) -> tuple[str, bool] | None:
    """Return a date as ISO 8601 and whether it bears a zone; none when nobody can tell what it means."""
    text = words(value)
    if re.fullmatch(r"\d{10}|\d{13}", text):
        seconds = int(text) / (1000 if len(text) == 13 else 1)
        return datetime.fromtimestamp(seconds, UTC).isoformat(), True
    found = _parsed(text)
    return (found.isoformat(), found.tzinfo is not None) if found else None


def _parsed(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    for shape in _DATES:
        try:
            return datetime.strptime(text, shape)  # noqa: DTZ007  (naive as the producer wrote it; said in the report)
        except ValueError:
            continue
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None


def size(value: Any) -> int | None:
    """Return a size in bytes, written as a number or a text; none for the rest (``12 kB`` is no exact size)."""
    text = words(value)
    return int(text) if re.fullmatch(r"\d{1,18}", text) else None


def keywords(crate: Crate, value: Any) -> tuple[str, ...]:
    """Return keywords from a comma list, a list, or terms of the graph; HTML-escaped ones read as meant."""
    items = value if isinstance(value, list) else [value]
    found: list[str] = []
    for item in items:
        terms = (
            [words(entity.get("name", "termCode")) for entity in crate.find(item)] if not isinstance(item, str) else []
        )
        found += terms or [part.strip() for part in words(item).split(",")]
    return tuple(dict.fromkeys(keyword[:200] for keyword in found if keyword))[:200]


def text(crate: Crate, entity: Entity, name: str) -> Text | None:
    """Return a text value: in place, as a TextObject elsewhere in the graph, or as a list of both."""
    value = entity.get(name)
    objects = crate.find(value) if not isinstance(value, str) else []
    pieces = [words_kept(o.get("text", "description", "articleBody")) for o in objects] or [words_kept(value)]
    content = "\n\n".join(piece for piece in pieces if piece)
    if not content.strip():
        return None
    declared = next((words(o.get("encodingFormat")) for o in objects), "") or words(entity.get("encodingFormat"))
    return Text(content, _markup(declared if objects or entity.is_dataset else "", content))


def words_kept(value: Any) -> str:
    """Return a text with its lines and markup as they are."""
    if isinstance(value, list):
        return "\n\n".join(filter(None, (words_kept(item) for item in value)))
    if isinstance(value, dict):
        return words_kept(value.get("@value") or value.get("text"))
    return value if isinstance(value, str) else words(value)


def _markup(declared: str, content: str) -> str:
    """Decide by declaration; media types lie, so that tags decide where none was given."""
    if "markdown" in declared:
        return "markdown"
    looks = re.search(r"</[a-zA-Z][a-zA-Z0-9]*\s*>|<(?:br|hr|img|p)\b[^>]*>", content)
    if looks:
        return "html"
    return "html" if "html" in declared and "&" in content else "plain"


def properties(crate: Crate, value: Any, *, depth: int = 0) -> Iterator[Property]:
    """Yield property values, nested ones under their parent's name."""
    if depth > 4:
        return
    for item in value if isinstance(value, list) else [value]:
        entities = crate.find(item)
        if not entities and words(item):
            yield Property(words(item), "")
        for entity in entities:
            yield from _property(crate, entity, depth)


def _property(crate: Crate, entity: Entity, depth: int) -> Iterator[Property]:
    name = words(entity.get("name", "propertyID")) or entity.id
    value = entity.values.get("value")
    nested = crate.find(value) if isinstance(value, (dict, list)) else []
    if nested:
        for inner in properties(crate, value, depth=depth + 1):
            yield Property(f"{name} → {inner.name}", inner.value, inner.unit, inner.description)
        return
    unit = words(entity.get("unitText", "unitCode"))
    yield Property(name, words(value), unit, words(entity.get("description")))


def comments(crate: Crate, entity: Entity) -> Iterator[Comment]:
    """Yield the comments on a page, all those of a doubled id."""
    for remark in crate.find(entity.get("comment", "comments") or []):
        content = words_kept(remark.get("text", "description", "name"))
        if content.strip():
            date = words(remark.get("dateCreated", "datePublished"))
            yield Comment(person(crate, remark.get("author", "creator")), date, content)


def steps(crate: Crate, entity: Entity) -> Iterator[Step]:
    """Yield the steps of a procedure in their own order."""
    found = crate.find(entity.get("step", "steps") or [])
    for step in sorted(found, key=lambda s: int(p) if str(p := s.values.get("position", 0)).isdigit() else 0):
        directions = crate.find(step.get("itemListElement") or [])
        said = " ".join(words(d.get("text", "name")) for d in directions) or words(step.get("text", "name"))
        if said:
            done = words(step.get("creativeWorkStatus")).lower() in {"finished", "completed", "done"}
            yield Step(said, done)
