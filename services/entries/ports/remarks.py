"""Ask the store for comments and tags."""

from collections.abc import Sequence
from typing import Protocol

from contracts.identifiers import CommentId, EntryId, NotebookId, PersonId
from services.entries.domain.remarks import Comment


class Remarks(Protocol):
    """What people say about entries."""

    def add(self, comment: Comment) -> None:
        """Keep a comment."""

    def get(self, entry: EntryId, comment: CommentId) -> Comment:
        """Return a comment of this entry; NotFound."""

    def settle(self, comment: Comment) -> None:
        """Keep whether a thread is resolved."""

    def page(self, entry: EntryId, *, after: str | None, limit: int) -> list[Comment]:
        """Return comments, oldest first."""

    def thread_authors(self, entry: EntryId, thread: CommentId) -> tuple[PersonId, ...]:
        """Return who spoke in a thread."""

    def readers_among(self, entry: EntryId, people: Sequence[PersonId]) -> frozenset[PersonId]:
        """Return those of these people who may read the entry today."""

    def tags_like(self, notebook: NotebookId, *, person: PersonId, start: str, limit: int) -> list[str]:
        """Return tags of a notebook, then of other notebooks of its unit the person may read, that begin so."""
