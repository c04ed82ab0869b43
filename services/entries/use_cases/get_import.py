"""Show an import to whoever started it."""

from dataclasses import dataclass

from contracts.errors import NotFound
from contracts.identifiers import ImportId
from services.entries.domain.caller import Caller
from services.entries.domain.imports import Import
from services.entries.ports.unit_of_work import Readings


@dataclass(frozen=True, slots=True)
class GetImport:
    """Return progress and report."""

    readings: Readings

    def __call__(self, caller: Caller, *, identifier: ImportId) -> Import:
        """
        Return the import.

        Raises:
            NotFound: there is none, or somebody else started it.

        """
        with self.readings() as reading:
            found = reading.imports.get(identifier)
        if found.person != caller.person:
            raise NotFound(kind="import", id=identifier)
        return found
