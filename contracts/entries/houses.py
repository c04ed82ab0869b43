"""Agree on what other houses ask of entries: decisions, freezing, indexable text, imports."""

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from contracts.entries.notebooks import Action, EntryState
from contracts.envelope import Call, Done, Message, Page
from contracts.identifiers import (
    AccessLabel,
    CircuitId,
    EntryId,
    EntryReference,
    ImportId,
    NotebookId,
    NotebookReference,
    PersonId,
    RevisionNumber,
    Sha256,
    Sha512,
    StructureId,
    UploadId,
)

_READ = "entries_read"


class Decision(Message):
    """Whether the person may do it; ``reads`` tells a caller to answer 404 rather than 403 when false."""

    allowed: bool
    reads: bool


class Decide(Call):
    """Decide whether ``person`` may do ``action`` to ``entry`` (decisions.md 2)."""

    service = _READ
    method = "decide"
    issuers = frozenset({"signing", "storage", "search", "notify"})
    person: PersonId
    action: Action
    entry: EntryId
    reply: ClassVar[type[Message]] = Decision


class FrozenObject(Message):
    """One file of the evidence: ``path`` inside it, and where storage keeps its bytes (``sha256``)."""

    path: str
    media_type: str
    size_bytes: int
    sha256: Sha256
    sha512: Sha512


class FrozenRevision(Message):
    """What a circuit signs: everything a statement must name, as entries knows it."""

    entry: EntryId
    notebook: NotebookId
    reference: EntryReference
    title: str
    page_number: int
    revision: RevisionNumber
    digest: Sha256
    prev: Sha256 | None
    author: PersonId
    unit: StructureId
    unit_code: str
    unit_rors: tuple[str, ...] = ()
    objects: tuple[FrozenObject, ...]


class Freeze(Call):
    """
    Freeze the head revision for a circuit: state becomes in_circuit, record.html and the crate are rendered.

    Idempotent for the same circuit. Conflict when ``revision`` is not the head; Forbidden when ``by`` may not; Invalid
    when one of ``signers`` may not sign it, or it has more files than an evidence file holds.
    """

    service = "entries"
    method = "freeze"
    issuers = frozenset({"signing"})
    changes = True
    entry: EntryId
    revision: RevisionNumber | None = None
    circuit: CircuitId
    by: PersonId
    signers: tuple[PersonId, ...] = Field(default=(), max_length=1000)
    reply: ClassVar[type[Message]] = FrozenRevision


class CloseForSeal(Call):
    """Refuse every revision from now on (idempotent); Conflict when the head moved since the freeze."""

    service = "entries"
    method = "close_for_seal"
    issuers = frozenset({"signing"})
    changes = True
    entry: EntryId
    revision: RevisionNumber
    circuit: CircuitId
    reply: ClassVar[type[Message]] = Done


class IndexableField(Message):
    """A field of a page as people read it: ``value`` with its unit, when it has one."""

    name: str
    value: str


class IndexableFile(Message):
    """An attachment of a page's head; storage knows the text inside it by ``sha256``."""

    name: str
    sha256: Sha256
    media_type: str


class IndexableEntry(Message):
    """An entry as search shows it, always as it is now. ``text`` is the head's plain text."""

    entry: EntryId
    notebook: NotebookId
    notebook_reference: NotebookReference
    notebook_title: str
    reference: EntryReference
    number: int
    change_number: int
    revision: int
    state: EntryState
    title: str
    text: str
    tags: tuple[str, ...] = ()
    fields: tuple[IndexableField, ...] = ()
    comments: tuple[str, ...] = ()
    attachments: tuple[IndexableFile, ...] = ()
    author: PersonId
    author_name: str
    unit: StructureId
    unit_code: str
    team: StructureId | None = None
    team_name: str = ""
    created_at: datetime
    changed_at: datetime
    labels: tuple[AccessLabel, ...]
    denied: bool = False


class EntryDescription(Message):
    """What a mail or a list says of an entry: names and numbers, never its text."""

    entry: EntryId
    reference: EntryReference
    title: str
    state: EntryState
    author: PersonId
    notebook: NotebookId
    notebook_reference: NotebookReference
    notebook_title: str
    unit: StructureId
    unit_code: str


class DescribeEntry(Call):
    """Return what a house needs to name an entry to people; no reader's rights are asked: the house decides to whom."""

    service = _READ
    method = "describe_entry"
    issuers = frozenset({"notify", "signing"})
    entry: EntryId
    reply: ClassVar[type[Message]] = EntryDescription


class IndexableList(Message):
    """Entries to index."""

    items: tuple[IndexableEntry, ...]
    next_cursor: str | None = None


class ListIndexable(Call, Page):
    """
    Page through every entry in id order, for a rebuild; or return those named in ``entries``, as they are now.

    What is named and unknown is left out.
    """

    service = _READ
    method = "list_indexable"
    issuers = frozenset({"search"})
    entries: tuple[EntryId, ...] = Field(default=(), max_length=200)
    reply: ClassVar[type[Message]] = IndexableList


class HoldScope(Message):
    """The notebooks a legal hold concerns, in id order; none when it is on a person."""

    notebooks: tuple[NotebookId, ...]
    next_cursor: str | None = None


class ScopeOfHold(Call):
    """
    Return what a hold on a unit, person or notebook reaches, at most 5,000 notebooks at once.

    ``by`` is who asks for the hold: Forbidden unless they are an archivist of the institution; none when storage looks
    again by itself. NotFound when there is no such unit, person or notebook.
    """

    service = _READ
    method = "scope_of_hold"
    issuers = frozenset({"storage"})
    by: PersonId | None
    scope: Literal["unit", "person", "notebook"]
    subject: str = Field(max_length=36)
    cursor: str | None = None
    reply: ClassVar[type[Message]] = HoldScope


ImportState = Literal["queued", "checking", "storing", "writing", "done", "refused"]


class ReportLine(Message):
    """One remark of an import: where (a path or id in the archive), what, and how grave."""

    level: Literal["info", "warning", "refused"]
    place: str
    code: str
    text: str = ""


class Progress(Message):
    """How much of a kind is done."""

    done: int = 0
    total: int = 0


class ImportView(Message):
    """An import as it goes; ``entries`` are the pages made, in order."""

    id: ImportId
    notebook: NotebookId
    state: ImportState
    entries: Progress = Progress()
    files: Progress = Progress()
    bytes: Progress = Progress()
    report: tuple[ReportLine, ...] = ()
    made: tuple[EntryId, ...] = ()
    archive_sha256: Sha256 | None = None
    repeated: bool = False


class StartImport(Call):
    """Import an uploaded ``.eln`` archive into a notebook the actor may write to; the work is a job."""

    service = "entries"
    method = "start_import"
    changes = True
    upload: UploadId
    notebook: NotebookId
    reply: ClassVar[type[Message]] = ImportView


class GetImport(Call):
    """Return an import's progress and report to whoever started it."""

    service = _READ
    method = "get_import"
    id: ImportId
    reply: ClassVar[type[Message]] = ImportView
