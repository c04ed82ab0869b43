"""Name what the use cases need from the world: rows, bytes, URLs, a clock."""

from collections.abc import Callable
from datetime import datetime

from services.storage.ports.holds import Entries, Holds
from services.storage.ports.rows import (
    Blobs,
    Care,
    Cause,
    KnownReading,
    PreviewSize,
    Readings,
    UnitOfWork,
    UnitOfWorkFactory,
    Uploads,
)
from services.storage.ports.store import (
    BlobRef,
    BlobStore,
    Incoming,
    Lock,
    PartAddress,
    PartFiles,
    PreviewUrls,
    Reader,
    StoredBlob,
    Stray,
    Urls,
)

# Returns the present, aware and in UTC.
Clock = Callable[[], datetime]
# Returns a new UUIDv7 (RFC 9562 §5.7).
NewId = Callable[[], str]

__all__ = [
    "BlobRef",
    "BlobStore",
    "Blobs",
    "Care",
    "Cause",
    "Clock",
    "Entries",
    "Holds",
    "Incoming",
    "KnownReading",
    "Lock",
    "NewId",
    "PartAddress",
    "PartFiles",
    "PreviewSize",
    "PreviewUrls",
    "Reader",
    "Readings",
    "StoredBlob",
    "Stray",
    "UnitOfWork",
    "UnitOfWorkFactory",
    "Uploads",
    "Urls",
]
