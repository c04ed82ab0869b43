"""Turn facts of search into events: the one place below the edge that knows the contract."""

from contracts.envelope import Event
from contracts.search import events
from services.search.ports import Refusal


def event_of(refusal: Refusal) -> Event:
    """Return the event that announces a refusal; its reason may quote the page, and stays in the house."""
    return events.PageRefused(entry=refusal.entry, change_number=refusal.change_number)
