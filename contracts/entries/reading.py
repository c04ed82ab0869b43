"""Agree on what the web app's screens read: what waits today, pages by name, what changed between two revisions."""

from typing import Any, ClassVar, Literal

from pydantic import Field

from contracts.entries.notebooks import EntrySummary
from contracts.envelope import Call, Message
from contracts.identifiers import EntryId, RevisionNumber

_READ = "entries_read"


class Today(Message):
    """What waits for the acting person: drafts with unsaved text, pages returned to them, pages they wrote lately."""

    unsaved: tuple[EntrySummary, ...] = ()
    returned: tuple[EntrySummary, ...] = ()
    recent: tuple[EntrySummary, ...] = ()


class GetToday(Call):
    """Return what waits for the acting person, each list newest first."""

    service = _READ
    method = "get_today"
    limit: int = Field(default=10, ge=1, le=50)
    reply: ClassVar[type[Message]] = Today


Change = Literal["same", "added", "removed", "changed"]


class WordRun(Message):
    """Words that stayed, came, went, or only look different (bold, a link)."""

    op: Literal["same", "added", "removed", "restyled"]
    text: str


class BlockChange(Message):
    """
    One block of the page: ``before`` and ``after`` are its document nodes; a block that stayed has ``after`` only.

    A changed block tells how: a text by ``words``, a list, quote or table by its own ``blocks`` (items, rows, cells).
    """

    op: Change
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    words: tuple[WordRun, ...] = ()
    blocks: tuple["BlockChange", ...] = ()


class FieldChange(Message):
    """One typed field that changed."""

    name: str
    op: Literal["added", "removed", "changed"]
    before: Any = None
    after: Any = None


class FileChange(Message):
    """One attachment that changed; the digests tell whether its bytes did."""

    name: str
    op: Literal["added", "removed", "changed"]
    before_sha256: str | None = None
    after_sha256: str | None = None


class Comparison(Message):
    """What changed from one revision to another; ``coarse`` when the page was too long to compare word by word."""

    entry: EntryId
    from_revision: RevisionNumber
    to_revision: RevisionNumber
    title: tuple[WordRun, ...]
    blocks: tuple[BlockChange, ...]
    fields: tuple[FieldChange, ...] = ()
    attachments: tuple[FileChange, ...] = ()
    coarse: bool = False


class CompareRevisions(Call):
    """Compare two revisions of an entry, block by block and word by word."""

    service = _READ
    method = "compare_revisions"
    entry: EntryId
    from_revision: RevisionNumber
    to_revision: RevisionNumber
    reply: ClassVar[type[Message]] = Comparison
