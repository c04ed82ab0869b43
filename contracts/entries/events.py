"""Announce what happened to notebooks, entries, people and rights. Additive only."""

from datetime import date

from contracts.entries.notebooks import EntryState
from contracts.envelope import Event
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


class NotebookOpened(Event):
    """A notebook was opened, or reopened."""

    source = "entries"
    type = "NotebookOpened"
    notebook: NotebookId
    structure: StructureId
    reopened: bool = False


class NotebookClosed(Event):
    """A notebook takes no new entry."""

    source = "entries"
    type = "NotebookClosed"
    notebook: NotebookId


class NotebookChanged(Event):
    """A notebook's title or restriction changed; ``denied`` hides its entries until they are relabelled."""

    source = "entries"
    type = "NotebookChanged"
    notebook: NotebookId
    restricted: bool
    denied: bool = False


class EntryCreated(Event):
    """A page was allocated."""

    source = "entries"
    type = "EntryCreated"
    entry: EntryId
    notebook: NotebookId
    number: int
    change_number: int
    labels: tuple[AccessLabel, ...] = ()


class RevisionAppended(Event):
    """A revision was saved; ``digest`` is that of record.json, ``manifest`` none: a fact without a signature."""

    source = "entries"
    type = "RevisionAppended"
    entry: EntryId
    notebook: NotebookId
    revision: RevisionNumber
    digest: Sha256
    change_number: int
    attachments: tuple[Sha256, ...] = ()


class EntryStateChanged(Event):
    """An entry moved from one state to another (product.md §2)."""

    source = "entries"
    type = "EntryStateChanged"
    entry: EntryId
    notebook: NotebookId
    before: EntryState
    after: EntryState
    change_number: int
    circuit: CircuitId | None = None


class EntryStruckOut(Event):
    """An entry was struck out; the reason stays with entries."""

    source = "entries"
    type = "EntryStruckOut"
    entry: EntryId
    notebook: NotebookId
    change_number: int


class CommentAdded(Event):
    """
    Somebody commented: ``mentioned`` are named in it, ``others`` have a part in it (the page's author, the thread).

    Both are people who may read the page, without whoever commented.
    """

    source = "entries"
    type = "CommentAdded"
    entry: EntryId
    notebook: NotebookId
    comment: CommentId
    change_number: int
    by: PersonId
    author: PersonId
    mentioned: tuple[PersonId, ...] = ()
    others: tuple[PersonId, ...] = ()


class CommentResolved(Event):
    """A thread was resolved, or opened again."""

    source = "entries"
    type = "CommentResolved"
    entry: EntryId
    notebook: NotebookId
    comment: CommentId
    change_number: int
    reopened: bool = False


class TagsChanged(Event):
    """The tags of an entry changed."""

    source = "entries"
    type = "TagsChanged"
    entry: EntryId
    notebook: NotebookId
    change_number: int


class GrantChanged(Event):
    """A share was given or revoked; it touches the readers' side only (decisions.md 2)."""

    source = "entries"
    type = "GrantChanged"
    grant: GrantId
    people: tuple[PersonId, ...] = ()
    structure: StructureId | None = None
    label: AccessLabel
    from_date: date
    until_date: date | None = None
    revoked: bool = False


class PersonAffiliated(Event):
    """A person joined a structure."""

    source = "entries"
    type = "PersonAffiliated"
    person: PersonId
    structure: StructureId


class PersonLeft(Event):
    """A person left the institution."""

    source = "entries"
    type = "PersonLeft"
    person: PersonId


class RoleChanged(Event):
    """A person's roles changed."""

    source = "entries"
    type = "RoleChanged"
    person: PersonId
    structure: StructureId


class StructureChanged(Event):
    """A structure was added, renamed or moved."""

    source = "entries"
    type = "StructureChanged"
    structure: StructureId
