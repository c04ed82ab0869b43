"""Agree on what people say about an entry beside its text: comments, and tags."""

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from contracts.envelope import Call, Message, Page
from contracts.identifiers import CommentId, EntryId, NotebookId, PersonId

_READ = "entries_read"


class Comment(Message):
    """
    One comment; ``thread`` is the id of the comment it answers, its own when it begins one.

    ``anchor`` is opaque to the server: a Yjs relative position the editor made; ``quote`` the text it stood at.
    A thread is resolved as a whole: ``resolved_*`` are set on its first comment.
    """

    id: CommentId
    entry: EntryId
    thread: CommentId
    author: PersonId
    author_name: str
    text: str
    mentions: tuple[PersonId, ...] = ()
    anchor: str | None = None
    quote: str = ""
    revision: int = 0
    created_at: datetime
    resolved_at: datetime | None = None
    resolved_by: PersonId | None = None
    resolved_by_name: str | None = None


class CommentList(Message):
    """A slice of an entry's comments, oldest first."""

    items: tuple[Comment, ...]
    next_cursor: str | None = None


class CommentFields(Message):
    """What one says: plain text; ``mentions`` are told, and must be people who may read the page."""

    text: str = Field(min_length=1, max_length=10_000)
    thread: CommentId | None = None
    mentions: tuple[PersonId, ...] = Field(default=(), max_length=20)
    anchor: str | None = Field(default=None, max_length=2_000)
    quote: str = Field(default="", max_length=500)


class AddComment(Call):
    """Comment on an entry; in whatever state it is, because the text stays as it is."""

    service = "entries"
    method = "add_comment"
    changes = True
    entry: EntryId
    comment: CommentFields
    reply: ClassVar[type[Message]] = Comment


class ResolveComment(Call):
    """Resolve a thread, or open it again. Idempotent."""

    service = "entries"
    method = "resolve_comment"
    changes = True
    entry: EntryId
    comment: CommentId
    reopen: bool = False
    reply: ClassVar[type[Message]] = Comment


class ListComments(Call, Page):
    """List an entry's comments, oldest first."""

    service = _READ
    method = "list_comments"
    entry: EntryId
    reply: ClassVar[type[Message]] = CommentList


class TagList(Message):
    """Tags in alphabetical order."""

    items: tuple[str, ...]


class ChangeTags(Call):
    """Add and remove tags of an entry; what is there already, or not, changes nothing."""

    service = "entries"
    method = "change_tags"
    changes = True
    entry: EntryId
    add: tuple[str, ...] = Field(default=(), max_length=50)
    remove: tuple[str, ...] = Field(default=(), max_length=50)
    reply: ClassVar[type[Message]] = TagList


class SuggestTags(Call):
    """Return tags used in a notebook, then in its unit's notebooks the actor may read, that begin with ``q``."""

    service = _READ
    method = "suggest_tags"
    notebook: NotebookId
    q: str = Field(default="", max_length=100)
    reply: ClassVar[type[Message]] = TagList
