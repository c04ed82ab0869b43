"""Announce what was told to whom. Additive only."""

from contracts.envelope import Event
from contracts.identifiers import NoticeId, PersonId


class NoticeSent(Event):
    """A mail lies in the sink."""

    source = "notify"
    type = "NoticeSent"
    notice: NoticeId
    person: PersonId
    kind: str


class DeliveryFailed(Event):
    """A mail could not be delivered for good."""

    source = "notify"
    type = "DeliveryFailed"
    notice: NoticeId
    person: PersonId
    kind: str
