"""Remember entries and their immutable revisions."""

# ruff: noqa: S608 -- statements are joined from this house's own constants; every value is bound

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, column, insert, table, text
from sqlalchemy.exc import IntegrityError

from chassis import idempotency
from chassis.statements import ask, later
from contracts.errors import Conflict, NotFound
from contracts.identifiers import (
    CircuitId,
    EntryId,
    EntryReference,
    NotebookId,
    PersonId,
    RequestKey,
    RevisionNumber,
    Sha256,
)
from services.entries.domain.entry import Entry
from services.entries.domain.revision import Attachment, Revision
from services.entries.domain.rights import Standing
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
from services.entries.store import indexing, listing
from services.entries.store.rows import ENTRY, ENTRY_LABELS, Row, entry_of, revision_shown, standing_of, standing_sql

_ENTRY_TABLE = table("entry", *map(column, (
    "id", "notebook", "number", "title", "author", "author_name", "created_at", "changed_at", "state", "head",
    "head_digest", "change_number", "foreign_author", "circuit", "frozen_revision", "closing", "strike_out_reason",
    "tags",
)))  # fmt: skip
_REVISION_TABLE = table("revision", *map(column, (
    "entry", "number", "digest", "prev", "title", "author", "author_name", "created_at", "reason", "record", "text",
)))  # fmt: skip
_ATTACHMENT_TABLE = table("attachment", *map(column, (
    "entry", "number", "path", "name", "media_type", "size_bytes", "sha256", "sha512",
)))  # fmt: skip
_FROZEN_TABLE = table("frozen_object", *map(column, (
    "entry", "circuit", "path", "media_type", "size_bytes", "sha256", "sha512",
)))  # fmt: skip
_STANDING = standing_sql(ENTRY_LABELS)
_REVISION = "r.entry, r.number, r.digest, r.prev, r.title, r.author, r.author_name, r.created_at, r.reason"
_HEAD = ", ".join(f"{name} AS r_{name.removeprefix('r.')}" for name in [*_REVISION.split(", "), "r.record"])
_FILE = "a.name, a.path, a.media_type, a.size_bytes, a.sha256, a.sha512"
_FROM = "FROM entry e JOIN notebook n ON n.id = e.notebook"
_SHOW = f"""SELECT {ENTRY}, n.labels, {_STANDING}, {_HEAD}
{_FROM} LEFT JOIN revision r ON r.entry = e.id AND r.number = e.head WHERE """
_BY_ID = _SHOW + "e.id = :entry"
_BY_REFERENCE = _SHOW + "n.reference = :reference AND e.number = :number"
_LOCK = f"SELECT {ENTRY}, n.labels, {_STANDING} {_FROM} WHERE e.id = :entry FOR NO KEY UPDATE OF e"
_OPEN = f"""
SELECT {ENTRY}, n.labels, {_STANDING}, q.digest AS request_digest, q.result AS request_result,
  EXISTS (SELECT 1 FROM draft d WHERE d.entry = e.id) AS has_draft
{_FROM} LEFT JOIN request q ON {idempotency.JOINED} WHERE e.id = :entry"""
# Before that look, which then sees what was committed while these waited: the request's answer, and a draft.
_OPENING = (idempotency.LOCK, "SELECT 1 FROM entry WHERE id = :entry FOR NO KEY UPDATE")
_SAVE = """
UPDATE entry SET title = :title, changed_at = :changed_at, state = :state, head = :head,
  head_digest = :head_digest, change_number = :change_number, circuit = :circuit,
  frozen_revision = :frozen_revision, closing = :closing, strike_out_reason = :strike_out_reason,
  tags = :tags
WHERE id = :id"""
_APPEND = """
INSERT INTO revision (entry, number, digest, prev, title, author, author_name, created_at, reason, record, text)
VALUES (:entry, :number, :digest, :prev, :title, :author, :author_name, :created_at,
  :reason, :record, :text)"""
_RELABEL = text("UPDATE entry SET change_number = change_number + 1 WHERE notebook = :notebook")
_REVISIONS = text(f"""
SELECT {_REVISION} FROM revision r WHERE r.entry = :entry
  AND (CAST(:below AS integer) IS NULL OR r.number < :below) ORDER BY r.number DESC LIMIT :limit""")
_ONE_REVISION = f"""
SELECT e.author AS entry_author, {_STANDING}, {_HEAD} {_FROM}
LEFT JOIN revision r ON r.entry = e.id AND r.number = :number WHERE e.id = :entry"""
_ONE_FILE = f"""
SELECT e.author AS entry_author, {_STANDING}, {_FILE} {_FROM}
LEFT JOIN attachment a ON a.entry = e.id AND a.number = :number AND a.name = :name WHERE e.id = :entry"""
_FILES = text(f"SELECT {_FILE} FROM attachment a WHERE a.entry = :entry AND a.number = :number ORDER BY a.path")
_PAST = text(f"SELECT {_FILE} FROM attachment a WHERE a.entry = :entry AND a.sha256 = ANY (:digests)")
_FROZEN = text("""
SELECT f.path, f.media_type, f.size_bytes, f.sha256, f.sha512 FROM frozen_object f
WHERE f.entry = :entry AND f.circuit = :circuit ORDER BY f.path""")


class SqlEntries:
    """Entries, in PostgreSQL."""

    def __init__(self, connection: Connection, *, zone: str) -> None:
        self._connection = connection
        self._zone = zone

    def add(self, entries: Sequence[Entry]) -> None:
        """Add pages; Conflict when an id is taken."""
        rows = [
            {
                **_changing(entry), "notebook": entry.notebook, "number": entry.number, "author": entry.author.id,
                "author_name": entry.author.name, "created_at": entry.created_at,
                "foreign_author": entry.foreign_author,
            }
            for entry in entries
        ]  # fmt: skip
        try:
            self._connection.execute(insert(_ENTRY_TABLE), rows)
        except IntegrityError as error:
            raise Conflict(reason="entry_exists") from error

    def lock(self, entry: EntryId, *, person: PersonId | None) -> EntryShown:
        """Return an entry, locked, without its revision; NotFound."""
        row = self._first(_LOCK, entry=entry, person=person)
        return EntryShown(entry_of(row), _standing(row, row["author"], person), _labels(row))

    def open(
        self, entry: EntryId, *, person: PersonId | None, request: RequestKey | None
    ) -> tuple[EntryShown, dict[str, Any] | None]:
        """Return an entry, locked, and the answer this request got before; NotFound."""
        if request is None:
            return self.lock(entry, person=person), None
        row = self._first(_OPEN, before=_OPENING, entry=entry, person=person, **idempotency.bound(request))
        known = row["request_digest"]
        answer = known and idempotency.answer_of(request, digest=known, result=row["request_result"])
        standing = _standing(row, row["author"], person)
        return EntryShown(entry_of(row), standing, _labels(row), may_have_draft=row["has_draft"]), answer

    def save(self, entry: Entry) -> None:
        """Keep what may change."""
        later(self._connection, _SAVE, _changing(entry))

    def append(self, revisions: Sequence[Revision]) -> None:
        """Add revisions with their files."""
        rows = [
            {
                "entry": one.entry, "number": one.number, "digest": one.digest, "prev": one.prev, "title": one.title,
                "author": one.author.id, "author_name": one.author.name, "created_at": one.created_at,
                "reason": one.reason, "record": one.record, "text": one.text.replace("\x00", ""),
            }
            for one in revisions
        ]  # fmt: skip
        if len(rows) == 1:
            later(self._connection, _APPEND, rows[0])
        else:
            self._connection.execute(insert(_REVISION_TABLE), rows)
        files = [
            {
                "entry": one.entry, "number": one.number, "path": file.path, "name": file.name,
                "media_type": file.media_type, "size_bytes": file.size_bytes, "sha256": file.sha256,
                "sha512": file.sha512,
            }
            for one in revisions
            for file in one.attachments
        ]  # fmt: skip
        if files:
            self._connection.execute(insert(_ATTACHMENT_TABLE), files)

    def relabel(self, notebook: NotebookId) -> None:
        """Raise the change number of every page."""
        self._connection.execute(_RELABEL, {"notebook": notebook})

    def show(self, *, entry: EntryId | None, reference: EntryReference | None, person: PersonId) -> EntryShown:
        """Return an entry with its head; NotFound."""
        if entry is not None:
            row = self._first(_BY_ID, entry=entry, person=person)
        else:
            notebook, _, number = str(reference).rpartition("/")
            if not (number.isascii() and number.isdigit() and len(number) < 10):
                raise NotFound(kind="entry")
            row = self._first(_BY_REFERENCE, reference=notebook, number=int(number), person=person)
        head = revision_shown(row, prefix="r_") if row["r_number"] is not None else None
        return EntryShown(entry_of(row), _standing(row, row["author"], person), _labels(row), head)

    def page(self, notebook: NotebookId, sought: Sought, *, after: int | None, limit: int) -> list[EntryListed]:
        """Return pages by number."""
        return listing.page(self._connection, notebook, sought, after=after, limit=limit)

    def today(self, person: PersonId, *, limit: int) -> TodayShown:
        """Return what waits for a person."""
        return listing.today(self._connection, person, limit=limit, zone=self._zone)

    def revisions(self, entry: EntryId, *, below: int | None, limit: int) -> list[RevisionShown]:
        """Return revisions, newest first, without records."""
        rows = self._connection.execute(_REVISIONS, {"entry": entry, "below": below, "limit": limit})
        return [revision_shown(row) for row in rows.mappings()]

    def revision(
        self, entry: EntryId, number: RevisionNumber, *, person: PersonId | None
    ) -> tuple[RevisionShown | None, Standing]:
        """Return a revision whole; NotFound when there is no such entry."""
        row = self._first(_ONE_REVISION, entry=entry, number=number, person=person)
        shown = revision_shown(row, prefix="r_") if row["r_number"] is not None else None
        return shown, _standing(row, row["entry_author"], person)

    def attachment(self, entry: EntryId, number: RevisionNumber, name: str, *, person: PersonId) -> AttachmentFound:
        """Return a file of a revision; NotFound when there is no such entry."""
        row = self._first(_ONE_FILE, entry=entry, number=number, name=name, person=person)
        found = _attachment(row) if row["path"] is not None else None
        return AttachmentFound(found, _standing(row, row["entry_author"], person))

    def attachments(self, entry: EntryId, number: RevisionNumber) -> tuple[Attachment, ...]:
        """Return all files of a revision."""
        rows = self._connection.execute(_FILES, {"entry": entry, "number": number})
        return tuple(_attachment(row) for row in rows.mappings())

    def past_files(self, entry: EntryId, digests: Sequence[Sha256]) -> dict[Sha256, Attachment]:
        """Return files of this entry's own past."""
        rows = self._connection.execute(_PAST, {"entry": entry, "digests": list(digests)})
        return {Sha256(row["sha256"]): _attachment(row) for row in rows.mappings()}

    def describe(self, entry: EntryId) -> Described:
        """Return what names an entry; NotFound."""
        return indexing.describe(self._connection, entry)

    def indexable(self, *, entries: Sequence[EntryId] | None, after: str | None, limit: int) -> list[Indexable]:
        """Return entries to index."""
        return indexing.indexable(self._connection, entries=entries, after=after, limit=limit)

    def keep_frozen(self, entry: EntryId, circuit: CircuitId, objects: Sequence[FrozenObject]) -> None:
        """Keep the list of files a circuit signs."""
        rows = [
            {
                "entry": entry, "circuit": circuit, "path": file.path, "media_type": file.media_type,
                "size_bytes": file.size_bytes, "sha256": file.sha256, "sha512": file.sha512,
            }
            for file in objects
        ]  # fmt: skip
        self._connection.execute(insert(_FROZEN_TABLE), rows)

    def frozen(self, entry: EntryId, circuit: CircuitId) -> tuple[FrozenObject, ...]:
        """Return that list, in path order."""
        rows = self._connection.execute(_FROZEN, {"entry": entry, "circuit": circuit})
        return tuple(FrozenObject(row.path, row.media_type, row.size_bytes, row.sha256, row.sha512) for row in rows)

    def _first(self, statement: str, *, before: Sequence[str] = (), **wanted: Any) -> Row:
        found = ask(self._connection, statement, {**wanted, "zone": self._zone}, first=before).mappings().first()
        if found is None:
            raise NotFound(kind="entry")
        return found


def _standing(row: Row, author: str, person: PersonId | None) -> Standing:
    return standing_of(row["ways"], is_author=author == person)


def _labels(row: Row) -> tuple[Any, ...]:
    return (f"entry:{row['id']}", *row["labels"])


def _attachment(row: Row) -> Attachment:
    return Attachment(row["name"], row["path"], row["media_type"], row["size_bytes"], row["sha256"], row["sha512"])


def _changing(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "title": entry.title,
        "changed_at": entry.changed_at,
        "state": entry.state,
        "head": entry.head,
        "head_digest": entry.head_digest,
        "change_number": entry.change_number,
        "circuit": entry.circuit,
        "frozen_revision": entry.frozen_revision,
        "closing": entry.closing,
        "strike_out_reason": entry.strike_out_reason,
        "tags": list(entry.tags),
    }
