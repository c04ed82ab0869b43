"""Tell storage what a legal hold reaches."""

from dataclasses import dataclass
from typing import Literal

from contracts.errors import NotFound
from contracts.identifiers import NotebookId, PersonId, StructureId
from services.entries.domain.rights import demand_hold
from services.entries.ports.unit_of_work import Reading, Readings

Scope = Literal["unit", "person", "notebook"]
NOTEBOOKS_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class ScopeOfHold:
    """Decide whether a person may, and look up what it concerns, as it is now."""

    readings: Readings

    def __call__(self, *, by: PersonId | None, scope: Scope, subject: str, after: str | None) -> list[NotebookId]:
        """
        Return notebooks by id, at most ``NOTEBOOKS_AT_ONCE`` after ``after``.

        Raises:
            Forbidden: The person is no archivist.
            NotFound: There is nothing of that name.

        """
        with self.readings() as store:
            if by is not None:
                demand_hold(store.people.roles_today(by))
            return self._scope(store, scope, subject, after)

    @staticmethod
    def _scope(store: Reading, scope: Scope, subject: str, after: str | None) -> list[NotebookId]:
        if scope == "unit":
            unit = store.structures.get(StructureId(subject)).id
            return store.notebooks.under(unit, after=after, limit=NOTEBOOKS_AT_ONCE)
        if scope == "person":
            store.people.detail(PersonId(subject))
            return []
        if not store.notebooks.exists(NotebookId(subject)):
            raise NotFound(kind="notebook", id=subject)
        return [NotebookId(subject)] if after is None else []
