"""Map facts to the events the contract knows."""

from contracts.envelope import Event
from contracts.notify import events
from services.notify.domain.facts import DeliveryFailed, Fact, NoticeSent


def event_of(fact: Fact) -> Event:
    """Return the event that announces a fact."""
    match fact:
        case NoticeSent(notice, person, kind):
            return events.NoticeSent(notice=notice, person=person, kind=kind)
        case DeliveryFailed(notice, person, kind):
            return events.DeliveryFailed(notice=notice, person=person, kind=kind)
