"""Name what happened to bytes, for whoever must know."""

from dataclasses import dataclass

from contracts.identifiers import Sha256, Sha512, UploadId


@dataclass(frozen=True, slots=True)
class BlobConfirmed:
    """The bytes of ``upload`` are durable."""

    upload: UploadId
    sha256: Sha256
    sha512: Sha512
    size_bytes: int


Fact = BlobConfirmed
