"""Turn facts of storage into events: the one place below the edge that knows the contract."""

from contracts.envelope import Event
from contracts.storage import events
from services.storage.domain.facts import Fact


def event_of(fact: Fact) -> Event:
    """Return the event that announces ``fact``."""
    return events.BlobConfirmed(sha256=fact.sha256, sha512=fact.sha512, size_bytes=fact.size_bytes, upload=fact.upload)
