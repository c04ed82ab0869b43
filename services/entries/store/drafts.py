"""Remember drafts: one row each, and a row for each update until they are merged."""

# ruff: noqa: S608 -- statements are joined from this house's own constants; every value is bound

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, text

from chassis.statements import ask, later
from contracts.errors import NotFound
from contracts.identifiers import EntryId, PersonId
from services.entries.domain.drafts import Draft, DraftShown, Update
from services.entries.store.rows import ENTRY, ENTRY_LABELS, Row, entry_of, standing_of, standing_sql

_COLUMNS = (
    "epoch", "cursor", "base", "ahead", "state_vector", "size_bytes", "update_count", "changed_at", "changed_by",
)  # fmt: skip
_DRAFT = ", ".join(f"d.{name} AS draft_{name}" for name in _COLUMNS)
_SHOWN = f"""SELECT {ENTRY}, {standing_sql(ENTRY_LABELS)}, {_DRAFT} FROM entry e JOIN notebook n ON n.id = e.notebook"""
_SHOW = f"{_SHOWN} LEFT JOIN draft d ON d.entry = e.id WHERE e.id = :entry"
_LOCK = f"{_SHOWN} JOIN draft d ON d.entry = e.id WHERE e.id = :entry FOR NO KEY UPDATE OF d"
_HELD = text(f"SELECT d.entry AS id, {_DRAFT} FROM draft d WHERE d.entry = :entry FOR NO KEY UPDATE")
_UPDATES = """
SELECT u.cursor, u.content FROM draft_update u WHERE u.entry = :entry AND u.cursor > :after ORDER BY u.cursor"""
_SET = ", ".join(f"{name} = :{name}" for name in _COLUMNS)
_SAVE = text(f"UPDATE draft SET {_SET} WHERE entry = :entry")
_INSERT_UPDATE = "INSERT INTO draft_update (entry, cursor, content) VALUES (:entry, :cursor, :content)"
# With the look that locks it, two round trips: this is what each key press of a page costs.
_ADD = f"WITH kept AS ({_INSERT_UPDATE}) UPDATE draft SET {_SET} WHERE entry = :entry"
_PUT = text(f"""
INSERT INTO draft (entry, {", ".join(_COLUMNS)}) VALUES (:entry, {", ".join(f":{name}" for name in _COLUMNS)})
ON CONFLICT (entry) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _COLUMNS)}""")
_DROP_UPDATES = text("DELETE FROM draft_update WHERE entry = :entry")
_ADD_UPDATES = text(_INSERT_UPDATE)


class SqlDrafts:
    """Drafts, in PostgreSQL."""

    def __init__(self, connection: Connection, *, zone: str) -> None:
        self._connection = connection
        self._zone = zone

    def show(self, entry: EntryId, *, person: PersonId) -> DraftShown:
        """Return a page with its draft, if there is one; NotFound."""
        row = self._first(_SHOW, entry, person)
        if row is None:
            raise NotFound(kind="entry")
        return _shown(row, person)

    def lock(self, entry: EntryId, *, person: PersonId) -> DraftShown:
        """Return the same, the draft locked."""
        row = self._first(_LOCK, entry, person)
        return self.show(entry, person=person) if row is None else _shown(row, person)

    def held(self, entry: EntryId) -> Draft | None:
        """Return the draft of a locked page, locked too."""
        row = self._connection.execute(_HELD, {"entry": entry}).mappings().first()
        return None if row is None else _draft(row)

    def updates(self, entry: EntryId, *, after: int) -> list[Update]:
        """Return rows after a cursor, in order."""
        rows = ask(self._connection, _UPDATES, {"entry": entry, "after": after})
        return [Update(row.cursor, bytes(row.content)) for row in rows]

    def add(self, draft: Draft, update: Update) -> None:
        """Keep one more row."""
        later(self._connection, _ADD, {**_values(draft), "content": update.content})

    def replace(self, draft: Draft, updates: Sequence[Update]) -> None:
        """Keep the draft with these rows in place of all others."""
        self._connection.execute(_PUT, _values(draft))
        self._connection.execute(_DROP_UPDATES, {"entry": draft.entry})
        rows = [{"entry": draft.entry, "cursor": one.cursor, "content": one.content} for one in updates]
        if rows:
            self._connection.execute(_ADD_UPDATES, rows)

    def save(self, draft: Draft) -> None:
        """Keep what the draft is now; its rows stay."""
        self._connection.execute(_SAVE, _values(draft))

    def _first(self, statement: str, entry: EntryId, person: PersonId) -> Row | None:
        wanted = {"entry": entry, "person": person, "zone": self._zone}
        return ask(self._connection, statement, wanted).mappings().first()


def _values(draft: Draft) -> dict[str, Any]:
    return {"entry": draft.entry, **{name: getattr(draft, name) for name in _COLUMNS}}


def _draft(row: Row) -> Draft:
    values = {name: row[f"draft_{name}"] for name in _COLUMNS}
    return Draft(entry=row["id"], **{**values, "state_vector": bytes(values["state_vector"])})


def _shown(row: Row, person: PersonId) -> DraftShown:
    draft = None if row["draft_epoch"] is None else _draft(row)
    return DraftShown(entry_of(row), standing_of(row["ways"], is_author=row["author"] == person), draft)
