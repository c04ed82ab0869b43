"""Ask the store for people, structures, notebooks, entries and shares; every right is decided on the database's day."""

from collections.abc import Sequence
from typing import Any, Protocol

from contracts.identifiers import (
    CircuitId,
    EntryId,
    EntryReference,
    GrantId,
    NotebookId,
    NotebookReference,
    PersonId,
    RequestKey,
    RevisionNumber,
    Sha256,
    StructureId,
)
from services.entries.domain.entry import Entry
from services.entries.domain.grants import Beneficiary, Grant, Target
from services.entries.domain.notebook import Notebook
from services.entries.domain.people import Affiliation, Person, PersonDetail, ReaderLabel, Role
from services.entries.domain.revision import Attachment, Revision
from services.entries.domain.rights import Standing
from services.entries.domain.structures import Structure
from services.entries.domain.views import (
    AttachmentFound,
    Described,
    EntryListed,
    EntryShown,
    FrozenObject,
    Indexable,
    RevisionShown,
    Sought,
    TodayShown,
)


class Structures(Protocol):
    """The tree."""

    def add(self, structure: Structure) -> None:
        """Add a node; Conflict when its code is taken or, for an institution, when there is one."""

    def get(self, structure: StructureId) -> Structure:
        """Return a node; NotFound."""

    def page(self, *, parent: StructureId | None, after: str | None, limit: int) -> list[Structure]:
        """Return nodes, parents before children, after the one whose id is ``after``."""


class People(Protocol):
    """People and what they hold."""

    def lock_rights(self) -> None:
        """Take turns with every other change of rights until this unit of work ends."""

    def add(self, person: Person) -> None:
        """Add a person; Conflict when the mail is known."""

    def add_role(self, role: Role) -> None:
        """Give a role; the holder's labels follow in the same commit."""

    def leave(self, person: PersonId) -> None:
        """Mark a person as gone; no label is theirs any more."""

    def add_affiliation(self, affiliation: Affiliation) -> None:
        """Attach to a structure; labels by shares with that structure follow in the same commit."""

    def detail(self, person: PersonId) -> PersonDetail:
        """Return a person with roles and affiliations; NotFound."""

    def roles_today(self, person: PersonId) -> tuple[Role, ...]:
        """Return the roles in force of an active person."""

    def find(self, words: str, *, after: str | None, limit: int) -> list[Person]:
        """Return people one of whose names or mail begins with ``words``, accents and case ignored."""

    def several(self, people: Sequence[PersonId]) -> list[Person]:
        """Return people by id; unknown ones are left out."""

    def leads_of(self, entry: EntryId) -> list[Person]:
        """Return the leads in force above an entry, nearest structure first; NotFound."""

    def labels(self, *, person: PersonId | None, after: str | None, limit: int) -> tuple[list[ReaderLabel], str | None]:
        """Return labels of one person, or of everybody by cursor; the second value is the next cursor."""


class Notebooks(Protocol):
    """Notebooks with the way a person stands to them."""

    def next_number(self, unit: StructureId, *, year: int) -> int:
        """Count one more notebook of a unit and year; others wait for this unit of work."""

    def add(self, notebook: Notebook) -> None:
        """Add a notebook; its holders' labels follow in the same commit."""

    def get(
        self, *, notebook: NotebookId | None, reference: NotebookReference | None, person: PersonId
    ) -> tuple[Notebook, Standing]:
        """Return a notebook by id or reference; NotFound."""

    def lock(self, notebook: NotebookId, *, person: PersonId) -> tuple[Notebook, Standing]:
        """Return a notebook nobody else changes or adds pages to until this unit of work ends; NotFound."""

    def save(self, notebook: Notebook) -> None:
        """Keep title, restriction, closing, version and number of pages."""

    def page(self, *, person: PersonId, structure: StructureId | None, after: str | None, limit: int) -> list[Notebook]:
        """Return the notebooks a person may read, newest first."""

    def under(self, structure: StructureId, *, after: str | None, limit: int) -> list[NotebookId]:
        """Return every notebook of a structure and those below it, by id; whoever asks has been decided on."""

    def exists(self, notebook: NotebookId) -> bool:
        """Tell whether there is such a notebook."""


class Entries(Protocol):
    """Entries and their immutable revisions."""

    def add(self, entries: Sequence[Entry]) -> None:
        """Add pages; Conflict when an id is taken."""

    def lock(self, entry: EntryId, *, person: PersonId | None) -> EntryShown:
        """Return an entry nobody else changes until this unit of work ends, without its revision; NotFound."""

    def open(
        self, entry: EntryId, *, person: PersonId | None, request: RequestKey | None
    ) -> tuple[EntryShown, dict[str, Any] | None]:
        """Return the same with the answer this keyed request got before, as ``UnitOfWork.recall``."""

    def save(self, entry: Entry) -> None:
        """Keep what may change of an entry."""

    def append(self, revisions: Sequence[Revision]) -> None:
        """Add revisions with their attachments; they can never be changed."""

    def relabel(self, notebook: NotebookId) -> None:
        """Raise the change number of every page of a notebook: what it shows with them changed."""

    def show(self, *, entry: EntryId | None, reference: EntryReference | None, person: PersonId) -> EntryShown:
        """Return an entry with its head revision and how the person stands to it; NotFound."""

    def page(self, notebook: NotebookId, sought: Sought, *, after: int | None, limit: int) -> list[EntryListed]:
        """Return a notebook's pages by number, after or, newest first, before a number."""

    def today(self, person: PersonId, *, limit: int) -> TodayShown:
        """Return what waits for a person, of what they may read."""

    def revisions(self, entry: EntryId, *, below: int | None, limit: int) -> list[RevisionShown]:
        """Return an entry's revisions, newest first, without their records."""

    def revision(
        self, entry: EntryId, number: RevisionNumber, *, person: PersonId | None
    ) -> tuple[RevisionShown | None, Standing]:
        """Return a revision whole, none when there is no such number; NotFound when there is no such entry."""

    def attachment(self, entry: EntryId, number: RevisionNumber, name: str, *, person: PersonId) -> AttachmentFound:
        """Return a file of a revision; NotFound when there is no such entry."""

    def attachments(self, entry: EntryId, number: RevisionNumber) -> tuple[Attachment, ...]:
        """Return all files of a revision in order."""

    def past_files(self, entry: EntryId, digests: Sequence[Sha256]) -> dict[Sha256, Attachment]:
        """Return the files of this entry's own past with these digests."""

    def describe(self, entry: EntryId) -> Described:
        """Return what names an entry; NotFound."""

    def indexable(self, *, entries: Sequence[EntryId] | None, after: str | None, limit: int) -> list[Indexable]:
        """Return what there is to index of these entries, or of a slice of all; in id order."""

    def keep_frozen(self, entry: EntryId, circuit: CircuitId, objects: Sequence[FrozenObject]) -> None:
        """Keep the list of files a circuit signs."""

    def frozen(self, entry: EntryId, circuit: CircuitId) -> tuple[FrozenObject, ...]:
        """Return the list of files a circuit signs, in path order; empty when it never froze."""


class Grants(Protocol):
    """Shares."""

    def add(self, grant: Grant, *, given_by: PersonId) -> None:
        """Add a share; the labels of those it reaches follow in the same commit."""

    def get(self, grant: GrantId) -> Grant:
        """Return a share; NotFound."""

    def remove(self, grant: Grant) -> None:
        """End a share at once; labels follow in the same commit."""

    def reached(self, beneficiary: Beneficiary) -> tuple[PersonId, ...]:
        """Return the people a share reaches today."""

    def page(self, target: Target, *, after: str | None, limit: int) -> list[Grant]:
        """Return the shares of a notebook or entry in force or to come."""
