"""Build revisions: record.json is the revision, chained to its predecessor by digest (decision 18)."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from contracts.errors import FieldProblem, Invalid, TooLarge
from contracts.identifiers import EntryId, NotebookId, PersonId, RevisionNumber, Sha256, Sha512

RECORD_VERSION = 1
RECORD_LIMIT_BYTES = 8 * 1024 * 1024
# A place in the evidence file: ASCII, numbered, one to ten letters or digits (docs/evidence-format.md §3).
_EXTENSION = re.compile(r"\.([A-Za-z0-9]{1,10})$")
_MEDIA_TYPE = re.compile(r"^[\x21-\x7e]+/[\x21-\x7e]+( ?;[\x20-\x7e]*)?$")
MEDIA_TYPE_LIMIT = 255
# What one evidence file holds (docs/evidence-format.md §3).
EVIDENCE_ATTACHMENTS_LIMIT = 900


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a revision; ``path`` is its ASCII place in the evidence file, ``name`` what people see."""

    name: str
    path: str
    media_type: str
    size_bytes: int
    sha256: Sha256
    sha512: Sha512


@dataclass(frozen=True, slots=True)
class Bytes:
    """Bytes storage keeps, about to be named in a revision."""

    name: str
    media_type: str
    size_bytes: int
    sha256: Sha256
    sha512: Sha512


@dataclass(frozen=True, slots=True)
class Author:
    """The account that wrote a revision, with its name of that day."""

    id: PersonId
    name: str


@dataclass(frozen=True, slots=True)
class Content:
    """What one writes: a checked document with its plain text, typed fields, files in order."""

    title: str
    document: Mapping[str, Any]
    text: str
    fields: Mapping[str, Any]
    files: tuple[Bytes, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a revision stands: page and chain. ``prev`` is the digest of the revision before, none for the first."""

    notebook: NotebookId
    entry: EntryId
    number: int
    revision: RevisionNumber
    prev: Sha256 | None


@dataclass(frozen=True, slots=True)
class Revision:
    """An immutable revision. ``record`` are the very bytes of record.json, ``digest`` their SHA-256."""

    entry: EntryId
    number: RevisionNumber
    digest: Sha256
    prev: Sha256 | None
    title: str
    author: Author
    created_at: datetime
    reason: str
    record: bytes
    text: str
    attachments: tuple[Attachment, ...]


def placed(files: Sequence[Bytes]) -> tuple[Attachment, ...]:
    """
    Give each file its place, ``attachments/0001.csv`` onwards, in the order given.

    Raises:
        Invalid: two files bear one name, so a link in the page could mean either.

    """
    names = [unicodedata.normalize("NFC", file.name) for file in files]
    if len(set(names)) != len(names):
        raise Invalid(FieldProblem("attachments", "two files bear the same name", "rename one of them"))
    return tuple(
        Attachment(
            name=name,
            path=f"attachments/{number:04d}.{_extension(name)}",
            media_type=_media_type(file.media_type),
            size_bytes=file.size_bytes,
            sha256=file.sha256,
            sha512=file.sha512,
        )
        for number, (name, file) in enumerate(zip(names, files, strict=True), 1)
    )


def demand_room_in_evidence(attachments: Sequence[Attachment]) -> None:
    """
    Let a revision be frozen.

    Raises:
        Invalid: it has more attachments than an evidence file holds, so its signatures could never be kept.

    """
    if len(attachments) > EVIDENCE_ATTACHMENTS_LIMIT:
        problem = f"{len(attachments)} files, an evidence file holds {EVIDENCE_ATTACHMENTS_LIMIT}"
        raise Invalid(FieldProblem("attachments", problem, "save a version with fewer: put many into one archive"))


def _extension(name: str) -> str:
    found = _EXTENSION.search(name)
    return found.group(1).lower() if found else "bin"


def _media_type(given: str) -> str:
    fits = len(given) <= MEDIA_TYPE_LIMIT and _MEDIA_TYPE.match(given)
    return given if fits else "application/octet-stream"


def record_of(
    content: Content, *, place: Place, author: Author, attachments: tuple[Attachment, ...], now: datetime
) -> dict[str, Any]:
    """Return what record.json says; its canonical bytes are the revision (docs/evidence-format.md §4)."""
    return {
        "v": RECORD_VERSION,
        "notebook": place.notebook,
        "entry": place.entry,
        "number": place.number,
        "revision": place.revision,
        "prev": place.prev,
        "title": content.title,
        "document": content.document,
        "fields": content.fields,
        "attachments": [
            {
                "name": file.name,
                "path": file.path,
                "media_type": file.media_type,
                "size": file.size_bytes,
                "sha256": file.sha256,
                "sha512": file.sha512,
            }
            for file in attachments
        ],
        "author": {"id": author.id, "name": author.name},
        "created_at": utc_text(now),
        "reason": content.reason or None,
    }


def revision_of(
    record: bytes, content: Content, *, place: Place, author: Author, attachments: tuple[Attachment, ...], now: datetime
) -> Revision:
    """
    Return the revision those bytes are.

    Raises:
        TooLarge: record.json would be larger than 8 MB; such data belongs in a file.

    """
    if len(record) > RECORD_LIMIT_BYTES:
        raise TooLarge(FieldProblem("document", f"larger than {RECORD_LIMIT_BYTES} bytes", "attach the data as a file"))
    return Revision(
        entry=place.entry,
        number=place.revision,
        digest=Sha256(hashlib.sha256(record).hexdigest()),
        prev=place.prev,
        title=content.title,
        author=author,
        created_at=now,
        reason=content.reason,
        record=record,
        text=content.text,
        attachments=attachments,
    )


def utc_text(moment: datetime) -> str:
    """Return RFC 3339 in UTC with milliseconds, ``2026-03-01T09:30:00.000Z``."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def to_milliseconds(moment: datetime) -> datetime:
    """Cut a moment to what record.json says of it, so that record and row agree."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
