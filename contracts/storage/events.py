"""Announce what happened to bytes. Additive only."""

from contracts.envelope import Event
from contracts.identifiers import Sha256, Sha512, UploadId


class BlobConfirmed(Event):
    """Bytes are durable: hashed twice over, synced and renamed."""

    source = "storage"
    type = "BlobConfirmed"
    sha256: Sha256
    sha512: Sha512
    size_bytes: int
    upload: UploadId


class BlobQuarantined(Event):
    """Bytes no longer match their digest."""

    source = "storage"
    type = "BlobQuarantined"
    sha256: Sha256
