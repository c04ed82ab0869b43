"""Name what happened to bytes, for whoever must know."""

from dataclasses import dataclass

from contracts.identifiers import Sha256, Sha512, UploadId
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


Fact = BlobConfirmed | TextExtracted | PreviewMade
