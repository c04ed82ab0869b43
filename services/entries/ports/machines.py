"""Ask for time, ids, canonical bytes, checked documents and rendered pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from contracts.identifiers import EntryReference
from services.entries.domain.documents import CheckedDocument


class Clock(Protocol):
    """The time of this house."""

    def now(self) -> datetime:
        """Return the present moment, aware UTC."""

    def today(self) -> date:
        """Return the present day in the institution's time zone (decisions: dates of rights, notebook year)."""


class Ids(Protocol):
    """A maker of UUIDv7 strings (RFC 9562 §5.7)."""

    def new(self) -> str:
        """Return an id nobody else has."""


class Canonical(Protocol):
    """The one byte form of a JSON value (RFC 8785)."""

    def encode(self, value: Mapping[str, Any]) -> bytes:
        """
        Return the JCS bytes.

        Raises:
            Invalid: a number or text has no canonical form (an integer beyond 2**53, NaN, a lone surrogate).

        """

    def decode(self, content: bytes) -> dict[str, Any]:
        """Return the value those bytes say; they are ours and were canonical when kept."""


class Documents(Protocol):
    """The published document schema (contracts/entries/document.json)."""

    def check(self, document: Mapping[str, Any]) -> CheckedDocument:
        """
        Return the document as the schema understands it.

        Raises:
            Invalid: a node, mark or attribute the schema does not know; the field names its place.

        """


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """A file that lies beside record.json in the evidence: what the crate lists."""

    path: str
    name: str
    media_type: str
    size_bytes: int
    sha256: str
    sha512: str


class Rendering(Protocol):
    """The readable forms of a revision, made once, at freeze (decisions: freeze and seal)."""

    def html(self, record: Mapping[str, Any], *, reference: EntryReference) -> bytes:
        """Return record.html: one self-contained page of the parsed record.json, no script, no foreign address."""

    def crate(self, record: Mapping[str, Any], *, reference: EntryReference, files: tuple[EvidenceFile, ...]) -> bytes:
        """Return ro-crate-metadata.json (RO-Crate 1.1) that lists ``files``: record.json, record.html, attachments."""
