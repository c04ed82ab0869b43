"""Map each fact to the event other houses hear; the one place where the domain meets that contract."""

from dataclasses import asdict

from contracts.entries import events
from contracts.envelope import Event
from services.entries.domain import facts

_EVENTS: dict[type[facts.Fact], type[Event]] = {
    facts.NotebookOpened: events.NotebookOpened,
    facts.NotebookClosed: events.NotebookClosed,
    facts.NotebookChanged: events.NotebookChanged,
    facts.EntryCreated: events.EntryCreated,
    facts.RevisionAppended: events.RevisionAppended,
    facts.EntryStateChanged: events.EntryStateChanged,
    facts.EntryStruckOut: events.EntryStruckOut,
    facts.GrantChanged: events.GrantChanged,
    facts.PersonAffiliated: events.PersonAffiliated,
    facts.RoleChanged: events.RoleChanged,
    facts.StructureChanged: events.StructureChanged,
}


def event_of(fact: facts.Fact) -> Event:
    """Return the event a fact is told as; both name their fields alike."""
    return _EVENTS[type(fact)].model_validate(asdict(fact))
