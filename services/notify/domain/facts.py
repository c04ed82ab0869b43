"""State what notify announces."""

from dataclasses import dataclass

from contracts.identifiers import NoticeId, PersonId
from services.notify.domain.notice import Kind


@dataclass(frozen=True, slots=True)
class NoticeSent:
    """A mail lies in the sink."""

    notice: NoticeId
    person: PersonId
    kind: Kind


@dataclass(frozen=True, slots=True)
class DeliveryFailed:
    """A mail can never be delivered."""

    notice: NoticeId
    person: PersonId
    kind: Kind


Fact = NoticeSent | DeliveryFailed
