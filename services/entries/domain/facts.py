"""Name what happened, for whoever listens; the store maps each fact to its contract event."""

from dataclasses import dataclass
from datetime import date

from contracts.identifiers import (
    AccessLabel,
    CircuitId,
    CommentId,
    EntryId,
    GrantId,
    NotebookId,
    PersonId,
    RevisionNumber,
    Sha256,
    StructureId,
)
from services.entries.domain.states import EntryState


@dataclass(frozen=True, slots=True)
class NotebookOpened:
    """A notebook was opened, or reopened."""

    notebook: NotebookId
    structure: StructureId
    reopened: bool = False


@dataclass(frozen=True, slots=True)
class NotebookClosed:
    """A notebook takes no new entry."""

    notebook: NotebookId


@dataclass(frozen=True, slots=True)
class NotebookChanged:
    """A notebook's title or restriction changed; ``denied`` until its entries are relabelled."""

    notebook: NotebookId
    restricted: bool
    denied: bool = False


@dataclass(frozen=True, slots=True)
class EntryCreated:
    """A page was allocated."""

    entry: EntryId
    notebook: NotebookId
    number: int
    change_number: int
    labels: tuple[AccessLabel, ...]


@dataclass(frozen=True, slots=True)
class RevisionAppended:
    """A revision was saved; ``digest`` is that of record.json."""

    entry: EntryId
    notebook: NotebookId
    revision: RevisionNumber
    digest: Sha256
    change_number: int
    attachments: tuple[Sha256, ...] = ()


@dataclass(frozen=True, slots=True)
class EntryStateChanged:
    """An entry moved from one state to another."""

    entry: EntryId
    notebook: NotebookId
    before: EntryState
    after: EntryState
    change_number: int
    circuit: CircuitId | None = None


@dataclass(frozen=True, slots=True)
class EntryStruckOut:
    """An entry was struck out."""

    entry: EntryId
    notebook: NotebookId
    change_number: int


@dataclass(frozen=True, slots=True)
class GrantChanged:
    """A share was given or revoked; ``people`` are those it reaches at this moment."""

    grant: GrantId
    people: tuple[PersonId, ...]
    structure: StructureId | None
    label: AccessLabel
    from_date: date
    until_date: date | None
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class PersonAffiliated:
    """A person joined a structure."""

    person: PersonId
    structure: StructureId


@dataclass(frozen=True, slots=True)
class PersonLeft:
    """A person left the institution."""

    person: PersonId


@dataclass(frozen=True, slots=True)
class RoleChanged:
    """What a person holds at a structure changed: a role, or a notebook there."""

    person: PersonId
    structure: StructureId


@dataclass(frozen=True, slots=True)
class StructureChanged:
    """A structure was added, renamed or moved."""

    structure: StructureId


@dataclass(frozen=True, slots=True)
class CommentAdded:
    """Somebody commented on a page of ``author``; ``others`` have a part in it without being named."""

    entry: EntryId
    notebook: NotebookId
    comment: CommentId
    change_number: int
    by: PersonId
    author: PersonId
    mentioned: tuple[PersonId, ...] = ()
    others: tuple[PersonId, ...] = ()


@dataclass(frozen=True, slots=True)
class CommentResolved:
    """A thread was resolved, or opened again."""

    entry: EntryId
    notebook: NotebookId
    comment: CommentId
    change_number: int
    reopened: bool = False


@dataclass(frozen=True, slots=True)
class TagsChanged:
    """The tags of an entry changed."""

    entry: EntryId
    notebook: NotebookId
    change_number: int


@dataclass(frozen=True, slots=True)
class DraftChanged:
    """Somebody wrote in a draft. No event: whoever has the page open is nudged, and nobody else cares."""

    entry: EntryId
    epoch: int
    cursor: int


EntryFact = EntryCreated | RevisionAppended | EntryStateChanged | EntryStruckOut
Remark = CommentAdded | CommentResolved | TagsChanged
Fact = (
    EntryFact
    | Remark
    | DraftChanged
    | NotebookOpened
    | NotebookClosed
    | NotebookChanged
    | GrantChanged
    | PersonAffiliated
    | PersonLeft
    | RoleChanged
    | StructureChanged
)
