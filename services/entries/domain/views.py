"""Hold what readers are shown: entries with what they may do, indexable entries, frozen revisions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contracts.identifiers import (
    AccessLabel,
    NotebookReference,
    PersonId,
    RevisionNumber,
    Sha256,
    Sha512,
    StructureId,
)
from services.entries.domain.entry import Entry
from services.entries.domain.revision import Attachment, Author
from services.entries.domain.rights import Action, Standing
from services.entries.domain.states import EntryState


@dataclass(frozen=True, slots=True)
class RevisionShown:
    """A revision as it is read; ``record`` are the bytes of record.json, none in a list."""

    entry: str
    number: RevisionNumber
    digest: Sha256
    prev: Sha256 | None
    title: str
    author: Author
    created_at: datetime
    reason: str
    record: bytes | None = None


@dataclass(frozen=True, slots=True)
class EntryShown:
    """An entry as one reader sees it, with its head revision; ``may_have_draft`` is false only for a locked one."""

    entry: Entry
    standing: Standing
    labels: tuple[AccessLabel, ...] = ()
    revision: RevisionShown | None = None
    may_have_draft: bool = True

    @property
    def may(self) -> tuple[Action, ...]:
        """Return what this reader may do now."""
        return self.standing.actions(self.entry.state)


@dataclass(frozen=True, slots=True)
class EntryListed:
    """An entry in a list, with what its row shows beside it."""

    entry: Entry
    attachment_count: int = 0
    comment_count: int = 0
    open_comment_count: int = 0
    draft_ahead: bool = False

    @property
    def number(self) -> int:
        """Return its page number: lists go by it."""
        return self.entry.number


@dataclass(frozen=True, slots=True)
class Sought:
    """Which pages of a notebook to list; what is empty is not asked for."""

    states: tuple[EntryState, ...] = ()
    author: PersonId | None = None
    tag: str | None = None
    words: str = ""
    newest_first: bool = False


@dataclass(frozen=True, slots=True)
class TodayShown:
    """What waits for a person, each list newest first."""

    unsaved: tuple[EntryListed, ...]
    returned: tuple[EntryListed, ...]
    recent: tuple[EntryListed, ...]


@dataclass(frozen=True, slots=True)
class Described:
    """What names an entry to people, and where it stands in the tree."""

    entry: Entry
    notebook_title: str
    unit: StructureId
    unit_code: str
    unit_rors: tuple[str, ...]
    structure: StructureId
    structure_is_team: bool
    structure_name: str
    labels: tuple[AccessLabel, ...]

    @property
    def notebook_reference(self) -> NotebookReference:
        """Return the notebook's name."""
        return self.entry.notebook_reference


@dataclass(frozen=True, slots=True)
class IndexableFile:
    """An attachment as search knows it."""

    name: str
    sha256: Sha256
    media_type: str


@dataclass(frozen=True, slots=True)
class Indexable:
    """An entry as search shows it, always as it is now; ``comments`` are text and author's name."""

    described: Described
    text: str
    fields: Mapping[str, Any]
    files: tuple[IndexableFile, ...]
    comments: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class FrozenObject:
    """One file of the evidence and where storage keeps it."""

    path: str
    media_type: str
    size_bytes: int
    sha256: Sha256
    sha512: Sha512


@dataclass(frozen=True, slots=True)
class Frozen:
    """What a circuit signs."""

    described: Described
    revision: RevisionShown
    objects: tuple[FrozenObject, ...]


@dataclass(frozen=True, slots=True)
class AttachmentFound:
    """A file of a revision with the way its reader stands to the entry."""

    attachment: Attachment | None
    standing: Standing
