"""Read the structure tree."""

from dataclasses import dataclass

from contracts.identifiers import StructureId
from services.entries.domain.caller import Caller
from services.entries.domain.structures import Structure
from services.entries.ports.unit_of_work import Readings


@dataclass(frozen=True, slots=True)
class ListStructures:
    """The tree is no secret inside the institution: any person may read it."""

    readings: Readings

    def __call__(self, caller: Caller, *, parent: StructureId | None, after: str | None, limit: int) -> list[Structure]:
        """Return structures, parents before children."""
        _ = caller.person
        with self.readings() as store:
            return store.structures.page(parent=parent, after=after, limit=limit)


@dataclass(frozen=True, slots=True)
class GetStructure:
    """Name one structure to any person."""

    readings: Readings

    def __call__(self, caller: Caller, structure: StructureId) -> Structure:
        """Return it; NotFound."""
        _ = caller.person
        with self.readings() as store:
            return store.structures.get(structure)
