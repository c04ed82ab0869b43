"""Tell who people are and what they hold."""

from collections.abc import Sequence
from dataclasses import dataclass

from contracts.identifiers import EntryId, PersonId
from services.entries.domain.caller import Caller
from services.entries.domain.people import Person, PersonDetail, ReaderLabel
from services.entries.ports.unit_of_work import Readings


@dataclass(frozen=True, slots=True)
class GetMe:
    """Tell the acting person about themselves."""

    readings: Readings

    def __call__(self, caller: Caller) -> PersonDetail:
        """Return the acting person; NotFound when they are unknown here."""
        with self.readings() as store:
            return store.people.detail(caller.person)


@dataclass(frozen=True, slots=True)
class FindPeople:
    """The directory is open to every person of the institution."""

    readings: Readings

    def __call__(self, caller: Caller, *, words: str, after: str | None, limit: int) -> list[Person]:
        """Return people one of whose names begins with ``words``."""
        _ = caller.person
        with self.readings() as store:
            return store.people.find(words, after=after, limit=limit)


@dataclass(frozen=True, slots=True)
class GetPeople:
    """For houses and the gateway, which name people by id."""

    readings: Readings

    def __call__(self, people: Sequence[PersonId]) -> list[Person]:
        """Return people by id; unknown ones are left out."""
        with self.readings() as store:
            return store.people.several(people)


@dataclass(frozen=True, slots=True)
class LeadsOf:
    """For houses that tell leads of an entry."""

    readings: Readings

    def __call__(self, entry: EntryId) -> list[Person]:
        """Return the leads above an entry, nearest first; NotFound."""
        with self.readings() as store:
            return store.people.leads_of(entry)


@dataclass(frozen=True, slots=True)
class ListReaderLabels:
    """For the index, which filters by the same labels."""

    readings: Readings

    def __call__(
        self, *, person: PersonId | None, after: str | None, limit: int
    ) -> tuple[list[ReaderLabel], str | None]:
        """Return all labels of one person, or everybody's by cursor."""
        with self.readings() as store:
            return store.people.labels(person=person, after=after, limit=limit)
