"""Read what names an entry, and what there is of it to index."""

# ruff: noqa: S608 -- statements are joined from this house's own constants; every value is bound

from collections.abc import Sequence

import orjson
from sqlalchemy import Connection, text

from chassis.statements import ask
from contracts.errors import NotFound
from contracts.identifiers import EntryId
from services.entries.domain.views import Described, Indexable, IndexableFile
from services.entries.store.rows import ENTRY, Row, entry_of

_DESCRIBED = f"""SELECT {ENTRY}, n.labels, n.title AS notebook_title, u.id AS unit, u.code AS unit_code,
  u.rors AS unit_rors, s.id AS structure, s.kind AS structure_kind, s.name AS structure_name {{more}}
FROM entry e JOIN notebook n ON n.id = e.notebook JOIN structure u ON u.id = n.unit
  JOIN structure s ON s.id = n.path[cardinality(n.path)] {{join}}"""
_DESCRIBE = text(_DESCRIBED.format(more="", join="") + " WHERE e.id = :entry")
# What people said, oldest first; beyond so many nobody looks for a page by them.
_COMMENTS = """(SELECT json_agg(json_build_array(c.text, c.author_name)) FROM
  (SELECT c.text, c.author_name FROM comment c WHERE c.entry = e.id ORDER BY c.id LIMIT 200) c)"""
_INDEXABLE = _DESCRIBED.format(
    more=f", r.record, r.text, {_COMMENTS} AS comments",
    join="LEFT JOIN revision r ON r.entry = e.id AND r.number = e.head",
)
_INDEX_NAMED = _INDEXABLE + " WHERE e.id = ANY (:entries) ORDER BY e.id"
_INDEX_PAGE = text(_INDEXABLE + " WHERE CAST(:after AS text) IS NULL OR e.id > :after ORDER BY e.id LIMIT :limit")


def describe(connection: Connection, entry: EntryId) -> Described:
    """Return what names an entry; NotFound."""
    row = connection.execute(_DESCRIBE, {"entry": entry}).mappings().first()
    if row is None:
        raise NotFound(kind="entry", id=entry)
    return _described(row)


def indexable(
    connection: Connection, *, entries: Sequence[EntryId] | None, after: str | None, limit: int
) -> list[Indexable]:
    """Return what there is to index of these entries, or of a slice of all."""
    if entries is not None:
        rows = ask(connection, _INDEX_NAMED, {"entries": list(entries)})
    else:
        rows = connection.execute(_INDEX_PAGE, {"after": after, "limit": limit})
    return [_indexable(row) for row in rows.mappings()]


def _described(row: Row) -> Described:
    return Described(
        entry=entry_of(row),
        notebook_title=row["notebook_title"],
        unit=row["unit"],
        unit_code=row["unit_code"],
        unit_rors=tuple(row["unit_rors"]),
        structure=row["structure"],
        structure_is_team=row["structure_kind"] == "team",
        structure_name=row["structure_name"],
        labels=(f"entry:{row['id']}", *row["labels"]),  # type: ignore[arg-type]  # a column of labels
    )


def _indexable(row: Row) -> Indexable:
    record = orjson.loads(row["record"]) if row["record"] is not None else {"fields": {}, "attachments": []}
    files = tuple(IndexableFile(file["name"], file["sha256"], file["media_type"]) for file in record["attachments"])
    comments = tuple((text, author) for text, author in row["comments"] or ())
    return Indexable(_described(row), row["text"] or "", record["fields"], files, comments)
