"""Hold a notebook: numbered per unit and year, owned by a structure, held by people."""

from dataclasses import dataclass, replace
from datetime import datetime

from contracts.errors import Conflict, FieldProblem, Invalid, Stale
from contracts.identifiers import AccessLabel, NotebookId, NotebookReference, PersonId, StructureId
from services.entries.domain.labels import notebook_labels
from services.entries.domain.structures import Structure


def notebook_reference(unit_code: str, *, year: int, number: int) -> NotebookReference:
    """Return ``U1234-2026-007``; from a thousand on the number simply grows wider."""
    return NotebookReference(f"{unit_code}-{year:04d}-{number:03d}")


@dataclass(frozen=True, slots=True)
class Notebook:
    """A notebook; ``path`` leads from the institution to the structure that owns it, ``entry_count`` pages are used."""

    id: NotebookId
    reference: NotebookReference
    title: str
    path: tuple[StructureId, ...]
    unit: StructureId
    holders: tuple[PersonId, ...]
    opened_at: datetime
    restricted: bool = False
    closed_at: datetime | None = None
    version: int = 1
    entry_count: int = 0

    @property
    def structure(self) -> StructureId:
        """Return the structure that owns it."""
        return self.path[-1]

    @property
    def labels(self) -> tuple[AccessLabel, ...]:
        """Return the labels all its entries carry."""
        return notebook_labels(self.id, self.path, restricted=self.restricted)

    def changed(self, *, expected_version: int, title: str | None, restricted: bool | None) -> "Notebook":
        """
        Return it retitled, restricted or opened up.

        Raises:
            Stale: somebody changed it since it was read.

        """
        if expected_version != self.version:
            raise Stale(current=str(self.version))
        return replace(
            self,
            title=self.title if title is None else title,
            restricted=self.restricted if restricted is None else restricted,
            version=self.version + 1,
        )

    def closed(self, *, now: datetime) -> "Notebook":
        """
        Return it closed to new entries.

        Raises:
            Conflict: it is closed already.

        """
        if self.closed_at is not None:
            raise Conflict(reason="notebook_closed")
        return replace(self, closed_at=now, version=self.version + 1)

    def reopened(self) -> "Notebook":
        """
        Return it open again.

        Raises:
            Conflict: it is open already.

        """
        if self.closed_at is None:
            raise Conflict(reason="notebook_open")
        return replace(self, closed_at=None, version=self.version + 1)

    def with_pages(self, count: int) -> "Notebook":
        """
        Return it with ``count`` more pages; their numbers follow ``entry_count``.

        Raises:
            Conflict: it is closed.

        """
        if self.closed_at is not None:
            raise Conflict(reason="notebook_closed")
        return replace(self, entry_count=self.entry_count + count)


def demand_owner(structure: Structure) -> None:
    """Let a structure own a notebook, or raise Invalid: only a unit or its teams have a code to number under."""
    if not structure.owns_notebooks:
        raise Invalid(FieldProblem("structure", f"a {structure.kind} keeps no notebook", "choose a unit or a team"))
