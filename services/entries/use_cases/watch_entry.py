"""Say whether somebody may follow a page as it changes."""

from dataclasses import dataclass

from contracts.identifiers import EntryId
from services.entries.domain.caller import Caller
from services.entries.domain.drafts import DraftShown
from services.entries.domain.people import Person
from services.entries.ports.unit_of_work import Readings


@dataclass(frozen=True, slots=True)
class WatchEntry:
    """Asked when a page is opened and again while it is: a right that ends, ends the stream."""

    readings: Readings

    def __call__(self, caller: Caller, *, entry: EntryId) -> tuple[DraftShown, Person]:
        """Return the page and its reader; NotFound when there is none the actor may read."""
        with self.readings() as store:
            shown = store.drafts.show(entry, person=caller.person)
            shown.standing.demand("read")
            return shown, store.people.several((caller.person,))[0]
