"""Announce what happened to bytes. Additive only."""

from typing import Literal

from contracts.envelope import Event
from contracts.identifiers import HoldId, Sha256, Sha512, UploadId


class BlobConfirmed(Event):
    """Bytes are durable: hashed twice over, synced and renamed."""

    source = "storage"
    type = "BlobConfirmed"
    sha256: Sha256
    sha512: Sha512
    size_bytes: int
    upload: UploadId


class IntegrityBroken(Event):
    """Stored bytes are missing, shorter, other than their digest says, or something was put over them: page someone."""

    source = "storage"
    type = "IntegrityBroken"
    sha256: Sha256
    reason: Literal["missing", "truncated", "damaged", "replaced"]


class HoldPlaced(Event):
    """Nothing of a unit, person or notebook is deleted from now on; who and why stay with storage."""

    source = "storage"
    type = "HoldPlaced"
    hold: HoldId
    scope: Literal["unit", "person", "notebook"]
    subject: str


class HoldLifted(Event):
    """A hold ended."""

    source = "storage"
    type = "HoldLifted"
    hold: HoldId


class BlobQuarantined(Event):
    """Bytes no longer match their digest."""

    source = "storage"
    type = "BlobQuarantined"
    sha256: Sha256


class TextExtracted(Event):
    """A file was read, or cannot be: ``GetText`` answers without "pending" from now on."""

    source = "storage"
    type = "TextExtracted"
    sha256: Sha256
    status: Literal["done", "none", "failed"]


class PreviewMade(Event):
    """Previews of these ``kinds`` are there."""

    source = "storage"
    type = "PreviewMade"
    sha256: Sha256
    kinds: tuple[str, ...]
