"""Remember comments and find tags."""

# ruff: noqa: S608 -- statements are joined from this house's own constants; every value is bound

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, text

from contracts.errors import NotFound
from contracts.identifiers import CommentId, EntryId, NotebookId, PersonId
from services.entries.domain.remarks import Comment, Said
from services.entries.domain.revision import Author
from services.entries.store.rows import ENTRY_LABELS, Row, in_force, readable

_COLUMNS = (
    "id", "entry", "thread", "author", "author_name", "text", "mentions", "anchor", "quote", "revision", "created_at",
    "resolved_at", "resolved_by", "resolved_by_name",
)  # fmt: skip
_COMMENT = ", ".join(f"c.{name}" for name in _COLUMNS)
_ADD = text(f"INSERT INTO comment ({', '.join(_COLUMNS)}) VALUES ({', '.join(f':{name}' for name in _COLUMNS)})")
_GET = text(f"SELECT {_COMMENT} FROM comment c WHERE c.entry = :entry AND c.id = :id")
_SETTLE = text("""
UPDATE comment SET resolved_at = :resolved_at, resolved_by = :resolved_by, resolved_by_name = :resolved_by_name
WHERE entry = :entry AND id = :id""")
_PAGE = text(f"""
SELECT {_COMMENT} FROM comment c WHERE c.entry = :entry AND (CAST(:after AS text) IS NULL OR c.id > :after)
ORDER BY c.id LIMIT :limit""")
_THREAD = text("SELECT DISTINCT c.author FROM comment c WHERE c.entry = :entry AND c.thread = :thread")
_READERS = text(f"""
SELECT DISTINCT l.person FROM entry e JOIN notebook n ON n.id = e.notebook
JOIN reader_label l ON l.person = ANY (:people) AND l.label = ANY ({ENTRY_LABELS}) AND {in_force("l")}
WHERE e.id = :entry""")
_TAGS = text(f"""
SELECT t.tag FROM (
  SELECT unnest(e.tags) AS tag, n.id = :notebook AS here, e.id AS entry FROM notebook n
  JOIN entry e ON e.notebook = n.id
  WHERE n.unit = (SELECT own.unit FROM notebook own WHERE own.id = :notebook) AND e.tags <> '{{}}' AND {readable("e")}
) t WHERE lower(t.tag) LIKE :pattern ESCAPE '!'
GROUP BY t.tag ORDER BY bool_or(t.here) DESC, count(*) DESC, t.tag LIMIT :limit""")


class SqlRemarks:
    """Comments and tags, in PostgreSQL."""

    def __init__(self, connection: Connection, *, zone: str) -> None:
        self._connection = connection
        self._zone = zone

    def add(self, comment: Comment) -> None:
        """Keep a comment."""
        self._connection.execute(_ADD, _values(comment))

    def get(self, entry: EntryId, comment: CommentId) -> Comment:
        """Return a comment of this entry; NotFound."""
        row = self._connection.execute(_GET, {"entry": entry, "id": comment}).mappings().first()
        if row is None:
            raise NotFound(kind="comment")
        return _comment(row)

    def settle(self, comment: Comment) -> None:
        """Keep whether a thread is resolved."""
        self._connection.execute(_SETTLE, _values(comment))

    def page(self, entry: EntryId, *, after: str | None, limit: int) -> list[Comment]:
        """Return comments, oldest first."""
        rows = self._connection.execute(_PAGE, {"entry": entry, "after": after, "limit": limit})
        return [_comment(row) for row in rows.mappings()]

    def thread_authors(self, entry: EntryId, thread: CommentId) -> tuple[PersonId, ...]:
        """Return who spoke in a thread."""
        return tuple(self._connection.execute(_THREAD, {"entry": entry, "thread": thread}).scalars())

    def readers_among(self, entry: EntryId, people: Sequence[PersonId]) -> frozenset[PersonId]:
        """Return those of these people who may read the entry today."""
        if not people:
            return frozenset()
        wanted = {"entry": entry, "people": list(people), "zone": self._zone}
        return frozenset(self._connection.execute(_READERS, wanted).scalars())

    def tags_like(self, notebook: NotebookId, *, person: PersonId, start: str, limit: int) -> list[str]:
        """Return tags that begin so, those of the notebook first."""
        sought = start.lower().replace("!", "!!").replace("%", "!%").replace("_", "!_")
        wanted = {
            "notebook": notebook, "person": person, "pattern": f"{sought}%", "limit": limit, "zone": self._zone,
        }  # fmt: skip
        return list(self._connection.execute(_TAGS, wanted).scalars())


def _values(comment: Comment) -> dict[str, Any]:
    said, by = comment.said, comment.resolved_by
    return {
        "id": comment.id, "entry": comment.entry, "thread": comment.thread, "author": comment.author.id,
        "author_name": comment.author.name, "text": said.text.replace("\x00", ""), "mentions": list(said.mentions),
        "anchor": said.anchor, "quote": said.quote.replace("\x00", ""), "revision": comment.revision,
        "created_at": comment.created_at, "resolved_at": comment.resolved_at, "resolved_by": by.id if by else None,
        "resolved_by_name": by.name if by else None,
    }  # fmt: skip


def _comment(row: Row) -> Comment:
    thread = None if row["thread"] == row["id"] else row["thread"]
    by = None if row["resolved_by"] is None else Author(row["resolved_by"], row["resolved_by_name"])
    return Comment(
        id=row["id"], entry=row["entry"], author=Author(row["author"], row["author_name"]),
        said=Said(row["text"], thread, tuple(row["mentions"]), row["anchor"], row["quote"]), thread=row["thread"],
        revision=row["revision"], created_at=row["created_at"], resolved_at=row["resolved_at"], resolved_by=by,
    )  # fmt: skip
