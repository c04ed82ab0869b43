"""Map each fact to the event other houses hear; the one place where the domain meets that contract."""

from collections.abc import Sequence
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
    facts.CommentAdded: events.CommentAdded,
    facts.CommentResolved: events.CommentResolved,
    facts.TagsChanged: events.TagsChanged,
    facts.GrantChanged: events.GrantChanged,
    facts.PersonAffiliated: events.PersonAffiliated,
    facts.PersonLeft: events.PersonLeft,
    facts.RoleChanged: events.RoleChanged,
    facts.StructureChanged: events.StructureChanged,
}


def events_of(happened: Sequence[facts.Fact]) -> list[Event]:
    """Return the events facts are told as, both naming their fields alike; a changed draft is told to nobody."""
    told = [(_EVENTS.get(type(fact)), fact) for fact in happened]
    return [kind.model_validate(asdict(fact)) for kind, fact in told if kind is not None]
