"""Agree on notebooks, entries, revisions and grants (product.md §1, §2, §4)."""

from datetime import datetime
from typing import Any, ClassVar, Literal

from pydantic import Field

from contracts.envelope import Call, Message, Page
from contracts.identifiers import (
    AccessLabel,
    EntryId,
    EntryReference,
    NotebookId,
    NotebookReference,
    PersonId,
    RevisionNumber,
    Sha256,
    Sha512,
    StructureId,
    UploadId,
)

EntryState = Literal["open", "in_circuit", "returned", "signed", "sealed", "struck_out"]
Action = Literal["read", "comment", "write", "sign", "send_into_circuit", "strike_out", "grant"]
_READ = "entries_read"


class Notebook(Message):
    """A notebook; ``structure`` is the team or unit that owns it."""

    id: NotebookId
    reference: NotebookReference
    title: str
    structure: StructureId
    holders: tuple[PersonId, ...]
    restricted: bool = False
    opened_at: datetime
    closed_at: datetime | None = None
    version: int = 1
    entry_count: int = 0


class OpenNotebook(Call):
    """Open a notebook owned by a team or unit; its number is the next of that unit and year."""

    service = "entries"
    method = "open_notebook"
    changes = True
    structure: StructureId
    title: str = Field(min_length=1, max_length=500)
    restricted: bool = False
    reply: ClassVar[type[Message]] = Notebook


class ChangeNotebook(Call):
    """Retitle, restrict or open up a notebook at ``version``; Stale otherwise."""

    service = "entries"
    method = "change_notebook"
    changes = True
    notebook: NotebookId
    version: int
    title: str | None = Field(default=None, min_length=1, max_length=500)
    restricted: bool | None = None
    reply: ClassVar[type[Message]] = Notebook


class CloseNotebook(Call):
    """Close a notebook: no new entry. ``reopen`` undoes it; both are events."""

    service = "entries"
    method = "close_notebook"
    changes = True
    notebook: NotebookId
    reopen: bool = False
    reply: ClassVar[type[Message]] = Notebook


class NotebookList(Message):
    """A slice of notebooks."""

    items: tuple[Notebook, ...]
    next_cursor: str | None = None


class ListNotebooks(Call, Page):
    """List the notebooks the actor may read, newest first."""

    service = _READ
    method = "list_notebooks"
    structure: StructureId | None = None
    reply: ClassVar[type[Message]] = NotebookList


class GetNotebook(Call):
    """Return one notebook by id or reference."""

    service = _READ
    method = "get_notebook"
    notebook: NotebookId | None = None
    reference: NotebookReference | None = None
    reply: ClassVar[type[Message]] = Notebook


class Attachment(Message):
    """A file of a revision; ``path`` is its ASCII place in the evidence file, ``name`` what people see."""

    name: str
    path: str
    media_type: str
    size_bytes: int
    sha256: Sha256
    sha512: Sha512


class NewAttachment(Message):
    """
    A file to name in a revision: a finished ``upload`` of the actor, or ``sha256`` kept from this entry's past.

    A bare digest of another entry is refused: knowing a digest gives no right to its bytes.
    """

    name: str = Field(min_length=1, max_length=255)
    upload: UploadId | None = None
    sha256: Sha256 | None = None


class RevisionView(Message):
    """One immutable revision. ``digest`` is the SHA-256 of record.json, ``record`` those bytes parsed."""

    entry: EntryId
    number: RevisionNumber
    digest: Sha256
    prev: Sha256 | None
    title: str
    author: PersonId
    author_name: str
    created_at: datetime
    reason: str = ""
    document: dict[str, Any] | None = None
    fields: dict[str, Any] = {}
    attachments: tuple[Attachment, ...] = ()


class RevisionList(Message):
    """A slice of an entry's revisions, newest first, without documents."""

    items: tuple[RevisionView, ...]
    next_cursor: str | None = None


class EntrySummary(Message):
    """
    An entry in a list: ``head`` is its newest revision's number (0 before the first).

    ``draft_ahead``: its draft holds text no revision holds. ``open_comment_count`` counts threads not resolved.
    """

    id: EntryId
    notebook: NotebookId
    number: int
    reference: EntryReference
    title: str
    state: EntryState
    head: int
    author: PersonId
    author_name: str = ""
    created_at: datetime
    changed_at: datetime
    change_number: int
    foreign_author: str | None = None
    tags: tuple[str, ...] = ()
    attachment_count: int = 0
    comment_count: int = 0
    open_comment_count: int = 0
    draft_ahead: bool = False


class EntryView(EntrySummary):
    """An entry with its head revision and what the actor may do."""

    revision: RevisionView | None = None
    may: tuple[Action, ...] = ()
    labels: tuple[AccessLabel, ...] = ()
    strike_out_reason: str | None = None


class EntryList(Message):
    """A slice of entries."""

    items: tuple[EntrySummary, ...]
    next_cursor: str | None = None


class Draft(Message):
    """The draft to save: the epoch and the least state (Yjs state vector, base64) the revision must hold."""

    epoch: int = Field(ge=1)
    state_vector: str = Field(max_length=1_000_000)


class RevisionFields(Message):
    """What one writes: exactly one of ``document`` (contracts/entries/document.json) and ``draft``."""

    title: str = Field(min_length=1, max_length=500)
    document: dict[str, Any] | None = None
    draft: Draft | None = None
    fields: dict[str, Any] = {}
    attachments: tuple[NewAttachment, ...] = Field(default=(), max_length=500)
    reason: str = Field(default="", max_length=2000)


class CreateEntry(Call):
    """Allocate the next page of a notebook, with a first revision when ``first`` is given."""

    service = "entries"
    method = "create_entry"
    changes = True
    notebook: NotebookId
    entry: EntryId | None = None
    title: str = Field(min_length=1, max_length=500)
    first: RevisionFields | None = None
    reply: ClassVar[type[Message]] = EntryView


class AppendRevision(Call):
    """Append revision ``expected_head`` + 1; Stale when the head is another, Sealed when nothing may change."""

    service = "entries"
    method = "append_revision"
    changes = True
    entry: EntryId
    expected_head: int = Field(ge=0)
    revision: RevisionFields
    reply: ClassVar[type[Message]] = RevisionView


class GetEntry(Call):
    """Return an entry by id or by reference (``U1234-2026-007/37``)."""

    service = _READ
    method = "get_entry"
    entry: EntryId | None = None
    reference: EntryReference | None = None
    reply: ClassVar[type[Message]] = EntryView


class ListEntries(Call, Page):
    """List a notebook's pages in order of their number; ``q`` are words of the title, accents and case ignored."""

    service = _READ
    method = "list_entries"
    notebook: NotebookId
    state: tuple[EntryState, ...] = Field(default=(), max_length=6)
    author: PersonId | None = None
    tag: str | None = Field(default=None, max_length=100)
    q: str = Field(default="", max_length=200)
    newest_first: bool = False
    reply: ClassVar[type[Message]] = EntryList


class ListRevisions(Call, Page):
    """List an entry's revisions, newest first."""

    service = _READ
    method = "list_revisions"
    entry: EntryId
    reply: ClassVar[type[Message]] = RevisionList


class GetRevision(Call):
    """Return one revision whole."""

    service = _READ
    method = "get_revision"
    entry: EntryId
    number: RevisionNumber
    reply: ClassVar[type[Message]] = RevisionView


class StrikeOut(Call):
    """Strike an entry out with a reason: it stays in the sequence."""

    service = "entries"
    method = "strike_out"
    changes = True
    entry: EntryId
    reason: str = Field(min_length=1, max_length=2000)
    reply: ClassVar[type[Message]] = EntryView
