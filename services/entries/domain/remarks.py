"""Hold what people say about an entry beside its text: comments in threads, and tags."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from contracts.errors import FieldProblem, Invalid
from contracts.identifiers import CommentId, EntryId, PersonId
from services.entries.domain.entry import Entry
from services.entries.domain.facts import CommentAdded, CommentResolved, TagsChanged
from services.entries.domain.revision import Author

TAGS_LIMIT = 50
TAG_LENGTH_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Said:
    """What one says, as it came."""

    text: str
    thread: CommentId | None = None
    mentions: tuple[PersonId, ...] = ()
    anchor: str | None = None
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment, never changed; a thread, named by its first comment, is resolved as a whole."""

    id: CommentId
    entry: EntryId
    author: Author
    said: Said
    thread: CommentId
    revision: int
    created_at: datetime
    resolved_at: datetime | None = None
    resolved_by: Author | None = None

    def concerned(self, entry: Entry, thread_authors: Iterable[PersonId]) -> tuple[PersonId, ...]:
        """Return who has a part in it without being named: the page's author and who spoke in its thread."""
        return tuple(sorted({entry.author.id, *thread_authors} - {self.author.id, *self.said.mentions}))

    def added(self, entry: Entry, others: Iterable[PersonId]) -> CommentAdded:
        """Return the fact that it was said; ``others`` are those concerned who may still read the page."""
        mentioned = tuple(one for one in self.said.mentions if one != self.author.id)
        return CommentAdded(
            entry.id, entry.notebook, self.id, entry.change_number, by=self.author.id, author=entry.author.id,
            mentioned=mentioned, others=tuple(others),
        )  # fmt: skip

    def resolved(self, *, by: Author, now: datetime, reopen: bool) -> "Comment":
        """
        Return it as the first of a thread that is resolved, or open again.

        Raises:
            Invalid: it answers another comment.

        """
        if self.thread != self.id:
            raise Invalid(FieldProblem("comment", "an answer, not a thread", f"resolve {self.thread}"))
        if reopen:
            return replace(self, resolved_at=None, resolved_by=None)
        return self if self.resolved_at else replace(self, resolved_at=now, resolved_by=by)

    def settled(self, entry: Entry, *, reopened: bool) -> CommentResolved:
        """Return the fact that its thread was resolved, or opened again."""
        return CommentResolved(entry.id, entry.notebook, self.id, entry.change_number, reopened)


def remarked(entry: Entry) -> Entry:
    """Return an entry that others show differently, though not a word of it changed."""
    return replace(entry, change_number=entry.change_number + 1)


def retagged(entry: Entry, *, add: Iterable[str], remove: Iterable[str]) -> tuple[Entry, tuple[TagsChanged, ...]]:
    """
    Return the entry with other tags; no fact when they are what they were.

    Raises:
        Invalid: a tag is empty or too long, or there are too many.

    """
    gone = {_folded(_tag(one, "remove")) for one in remove}
    kept = {_folded(one): one for one in entry.tags if _folded(one) not in gone}
    for one in add:
        kept.setdefault(_folded(_tag(one, "add")), _tag(one, "add"))
    if len(kept) > TAGS_LIMIT:
        raise Invalid(FieldProblem("add", f"more than {TAGS_LIMIT} tags", "remove one first"))
    tags = tuple(sorted(kept.values(), key=_folded))
    if tags == entry.tags:
        return entry, ()
    changed = replace(remarked(entry), tags=tags)
    return changed, (TagsChanged(entry.id, entry.notebook, changed.change_number),)


def _tag(said: str, field: str) -> str:
    """Return a tag as it is kept: one line, composed (Unicode NFC), single spaces."""
    tag = " ".join(unicodedata.normalize("NFC", said).split())
    if not tag or len(tag) > TAG_LENGTH_LIMIT or any(unicodedata.category(letter)[0] == "C" for letter in tag):
        raise Invalid(FieldProblem(field, "no tag", f"write 1 to {TAG_LENGTH_LIMIT} letters"))
    return tag


def _folded(tag: str) -> str:
    return tag.casefold()
