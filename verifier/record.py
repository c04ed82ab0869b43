"""Check the record against the statements, and every file against its digests (§4, §5.2)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import rfc8785

from verifier import merkle, shape
from verifier.canonical import read_canonical, read_value
from verifier.container import Container, Digest
from verifier.findings import Refusal, demand
from verifier.layout import OBJECTS, Layout
from verifier.statement import Statement

PLACE = "record.json"
CODE = "record_malformed"
KEYS = "v notebook entry number revision prev title document fields attachments author created_at reason"
LISTED_UP_TO = 100
_MEDIA = re.compile(r"[\x21-\x7e]+/[\x20-\x7e]+")
_CREATED = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z")
_FIXED = {
    "record.json": "application/json",
    "record.html": "text/html",
    "ro-crate-metadata.json": "application/ld+json",
}


@dataclass(frozen=True)
class Record:
    """The revision, as far as the verdict needs it; ``objects`` is what every statement must list."""

    notebook: str
    entry: str
    page_number: int
    revision: int
    previous: str | None
    title: str
    author: str
    created_at: str
    objects: Any


def read_record(container: Container, layout: Layout, digests: Mapping[str, Digest]) -> Record:
    """Read record.json and build the list of objects the statements must agree with."""
    value = shape.Reader(read_canonical(container.read(PLACE), PLACE, strict=False), KEYS, code=CODE, place=PLACE)
    value.only("v", 1)
    author = value.inner("author", "id name")
    for key in ("document", "fields"):
        demand(isinstance(value.value(key), dict), CODE, PLACE, key)
    value.maybe("reason")
    author.text("id", shape.UUID7)
    media = _attachments(value.value("attachments"), layout, digests)
    revision = value.number("revision", least=1)
    previous = value.maybe("prev", shape.HEX256)
    demand((previous is None) == (revision == 1), CODE, PLACE, "prev")
    return Record(
        notebook=value.text("notebook", shape.UUID7),
        entry=value.text("entry", shape.UUID7),
        page_number=value.number("number", least=1),
        revision=revision,
        previous=previous,
        title=value.text("title"),
        author=author.text("name"),
        created_at=value.text("created_at", _CREATED),
        objects=_objects(container, layout, digests, {**_FIXED, **media}),
    )


def _attachments(listed: Any, layout: Layout, digests: Mapping[str, Digest]) -> dict[str, str]:
    """Return path → media type; demand that the files are exactly those the record lists."""
    demand(isinstance(listed, list), CODE, PLACE, "attachments")
    media: dict[str, str] = {}
    for item in listed:
        one = shape.Reader(item, "name path media_type size sha256 sha512", code=CODE, place=f"{PLACE} attachments")
        path = one.text("path")
        demand(path in layout.attachments and path not in media, "attachment_missing", path)
        one.text("name", least=1, most=1000)
        media[path] = one.text("media_type", _MEDIA, most=255)
        found = digests[path]
        said = (one.number("size"), one.text("sha256"), one.text("sha512"))
        same = said == (found.size_bytes, found.sha256.hex(), found.sha512.hex())
        demand(same, "attachment_altered", path)
    for path in layout.attachments:
        demand(path in media, "attachment_extra", path)
    demand(list(media) == sorted(media), CODE, PLACE, "order of attachments")
    return media


def _objects(container: Container, layout: Layout, digests: Mapping[str, Digest], media: Mapping[str, str]) -> Any:
    objects: list[Any] = []
    for path in layout.content:
        found = digests[path]
        both = {"sha256": found.sha256.hex(), "sha512": found.sha512.hex()}
        objects.append({"path": path, "mediaType": media[path], "size": found.size_bytes, **both})
    large = len(objects) > LISTED_UP_TO
    demand(large == layout.has_objects, "objects_list", OBJECTS, f"{len(objects)} objects")
    if not large:
        return objects
    demand(read_value(container.read(OBJECTS), OBJECTS) == objects, "objects_list", OBJECTS, "differs from the files")
    root = merkle.root(rfc8785.dumps(one) for one in objects)
    return {"count": len(objects), "root": root.hex()}


def check_subject(one: Statement, record: Record) -> None:
    """Demand that a statement speaks about this record and these files."""
    place = one.place
    demand(one.notebook == record.notebook, "statement_subject", place, "notebook")
    demand(one.page_number == record.page_number, "statement_subject", place, "page number")
    demand(one.entry == record.entry, "statement_subject", place, "entry")
    demand(one.revision == record.revision, "statement_subject", place, "revision")
    expected = f"sha256:{record.previous}" if record.previous else None
    demand(one.previous_revision == expected, "statement_subject", place, "previous revision")
    demand(one.reference.endswith(f"/{record.page_number}"), "statement_subject", place, "reference")
    if one.objects != record.objects:
        raise Refusal("objects_differ", place, "objects are not the files of the archive")
