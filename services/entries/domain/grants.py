"""Hold shares: who else may read or write a notebook or an entry, until when."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from contracts.errors import FieldProblem, Invalid
from contracts.identifiers import AccessLabel, EntryId, GrantId, NotebookId, PersonId, StructureId
from services.entries.domain.labels import entry_label, notebook_label

Level = Literal["reader", "commenter", "contributor"]


@dataclass(frozen=True, slots=True)
class Target:
    """What is shared: a notebook or an entry, exactly one."""

    notebook: NotebookId | None = None
    entry: EntryId | None = None

    def __post_init__(self) -> None:
        if (self.notebook is None) == (self.entry is None):
            raise Invalid(FieldProblem("notebook", "exactly one of notebook and entry", "give one of them"))

    @property
    def label(self) -> AccessLabel:
        """Return the label the share gives its reader."""
        if self.entry is not None:
            return entry_label(self.entry)
        return notebook_label(NotebookId(str(self.notebook)))


@dataclass(frozen=True, slots=True)
class Beneficiary:
    """With whom it is shared: a person or a structure, exactly one."""

    person: PersonId | None = None
    structure: StructureId | None = None

    def __post_init__(self) -> None:
        if (self.person is None) == (self.structure is None):
            raise Invalid(FieldProblem("person", "exactly one of person and structure", "give one of them"))


@dataclass(frozen=True, slots=True)
class Grant:
    """A share in force from a day, until a day inclusive."""

    id: GrantId
    target: Target
    beneficiary: Beneficiary
    level: Level
    from_date: date
    until_date: date | None = None
