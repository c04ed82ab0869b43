"""Turn facts of storage into events: the one place below the edge that knows the contract."""

from contracts.envelope import Event
from contracts.storage import events
from services.storage.domain.facts import (
    BlobConfirmed,
    BytesBroken,
    Fact,
    HoldLifted,
    HoldPlaced,
    PreviewMade,
    TextExtracted,
)


def event_of(fact: Fact) -> Event:
    """Return the event that announces ``fact``."""
    match fact:
        case BlobConfirmed(upload, sha256, sha512, size_bytes):
            return events.BlobConfirmed(sha256=sha256, sha512=sha512, size_bytes=size_bytes, upload=upload)
        case BytesBroken(sha256, damage):
            return events.IntegrityBroken(sha256=sha256, reason=damage.value)
        case HoldPlaced(hold):
            return events.HoldPlaced(hold=hold.id, scope=hold.scope, subject=hold.subject)
        case HoldLifted(hold):
            return events.HoldLifted(hold=hold.id)
        case TextExtracted(sha256, status):
            return events.TextExtracted(sha256=sha256, status=status.value)
        case PreviewMade(sha256, kinds):
            return events.PreviewMade(sha256=sha256, kinds=kinds)
