"""Ask the house of entries for names."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from chassis.bus.client import BusClient
from contracts.entries import calls
from contracts.errors import NotFound, Unavailable
from contracts.identifiers import EntryId, PersonId
from services.notify.domain.letter import PageName, Person


@dataclass(frozen=True, slots=True)
class BusEntries:
    """The house of entries behind its contract."""

    bus: BusClient
    timeout_seconds: float

    def describe(self, entry: EntryId) -> PageName:
        """Return how a page is called; Unavailable also when entries does not know it yet."""
        try:
            reply = self.bus.call(calls.DescribeEntry(entry=entry), timeout_seconds=self.timeout_seconds)
        except NotFound as error:
            raise Unavailable(entry=entry) from error
        found = calls.EntryDescription.model_validate(reply, from_attributes=True)
        return PageName(
            entry=found.entry, reference=found.reference, title=found.title, author=found.author,
            notebook_reference=found.notebook_reference, notebook_title=found.notebook_title,
            unit_code=found.unit_code,
        )  # fmt: skip

    def people(self, ids: Iterable[PersonId]) -> Mapping[PersonId, Person]:
        """Return the people entries knows of these."""
        call = calls.GetPeople(ids=tuple(ids))
        reply = self.bus.call(call, timeout_seconds=self.timeout_seconds)
        found = calls.PeopleList.model_validate(reply, from_attributes=True)
        return {
            one.id: Person(one.id, one.display_name, one.mail, one.locale, one.status == "left") for one in found.items
        }

    def leads_of(self, entry: EntryId) -> tuple[PersonId, ...]:
        """Return the leads of the structures above a page, nearest first."""
        try:
            reply = self.bus.call(calls.LeadsOf(entry=entry), timeout_seconds=self.timeout_seconds)
        except NotFound as error:
            raise Unavailable(entry=entry) from error
        found = calls.PeopleList.model_validate(reply, from_attributes=True)
        return tuple(one.id for one in found.items)
