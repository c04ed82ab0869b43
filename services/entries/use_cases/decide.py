"""Decide for another house whether a person may do something to an entry."""

from dataclasses import dataclass

from contracts.errors import NotFound
from contracts.identifiers import EntryId, PersonId
from services.entries.domain.rights import STATES, Action
from services.entries.ports.unit_of_work import Readings


@dataclass(frozen=True, slots=True)
class Decided:
    """Whether it is allowed; a person who does not read must be told that there is nothing."""

    allowed: bool
    reads: bool


@dataclass(frozen=True, slots=True)
class Decide:
    """The matrix and the entry's state, as they are now."""

    readings: Readings

    def __call__(self, *, person: PersonId, action: Action, entry: EntryId) -> Decided:
        """Return the decision; an unknown entry is one nobody reads."""
        try:
            with self.readings() as store:
                shown = store.entries.show(entry=entry, reference=None, person=person)
        except NotFound:
            return Decided(allowed=False, reads=False)
        allowed = shown.entry.state in STATES[action] and shown.standing.may(action)
        return Decided(allowed=allowed, reads=shown.standing.reads)
