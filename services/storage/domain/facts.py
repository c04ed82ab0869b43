"""Name what happened to bytes, for whoever must know."""

from dataclasses import dataclass
from enum import StrEnum

from contracts.identifiers import Sha256, Sha512, UploadId
from services.storage.domain.hold import Hold
from services.storage.domain.reading import Status


@dataclass(frozen=True, slots=True)
class BlobConfirmed:
    """The bytes of ``upload`` are durable."""

    upload: UploadId
    sha256: Sha256
    sha512: Sha512
    size_bytes: int


@dataclass(frozen=True, slots=True)
class TextExtracted:
    """A file was read, or cannot be."""

    sha256: Sha256
    status: Status


@dataclass(frozen=True, slots=True)
class PreviewMade:
    """Previews of these kinds are there."""

    sha256: Sha256
    kinds: tuple[str, ...]


class Damage(StrEnum):
    """What can be wrong with bytes that were whole once."""

    MISSING = "missing"
    TRUNCATED = "truncated"
    DAMAGED = "damaged"
    # The bytes are right, but something else lies over them or was put in their place.
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class BytesBroken:
    """Bytes are no longer what was confirmed."""

    sha256: Sha256
    damage: Damage


@dataclass(frozen=True, slots=True)
class HoldPlaced:
    """A hold began."""

    hold: Hold


@dataclass(frozen=True, slots=True)
class HoldLifted:
    """A hold ended."""

    hold: Hold


Fact = BlobConfirmed | BytesBroken | HoldPlaced | HoldLifted | TextExtracted | PreviewMade
