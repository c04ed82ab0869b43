"""Remember imports, and which archives a notebook already holds."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Connection, DateTime, Integer, MetaData, Table, Text, select, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert

from contracts.errors import Conflict, NotFound, Unavailable
from contracts.identifiers import EntryId, ImportId, NotebookId, PersonId, Sha256, UploadId
from services.entries.domain.imports import Count, Import, Remark

metadata = MetaData()

import_ = Table(
    "import",
    metadata,
    Column("id", Text, primary_key=True),
    Column("notebook", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("upload", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("entries_done", Integer, nullable=False),
    Column("entries_total", Integer, nullable=False),
    Column("files_done", Integer, nullable=False),
    Column("files_total", Integer, nullable=False),
    Column("bytes_done", BigInteger, nullable=False),
    Column("bytes_total", BigInteger, nullable=False),
    Column("report", JSONB, nullable=False),
    Column("made", ARRAY(Text), nullable=False),
    Column("uploads", ARRAY(Text), nullable=False),
    Column("archive_sha256", Text),
    Column("repeated", Boolean, nullable=False),
    Column("run", Integer, nullable=False),
)

import_done = Table(
    "import_done",
    metadata,
    Column("notebook", Text, primary_key=True),
    Column("archive_sha256", Text, primary_key=True),
    Column("import_id", Text, nullable=False),
    Column("made", ARRAY(Text), nullable=False),
)


class Imports:
    """Imports, on the caller's connection and in its transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, row: Import) -> None:
        """Add an import; the same id twice is the same import."""
        self._connection.execute(insert(import_).values(**_columns(row)).on_conflict_do_nothing())

    def get(self, identifier: ImportId) -> Import:
        """Return one; NotFound."""
        return self._one(identifier, lock=False)

    def lock(self, identifier: ImportId) -> Import:
        """Return one nobody else changes until this transaction ends; NotFound."""
        return self._one(identifier, lock=True)

    def _one(self, identifier: ImportId, *, lock: bool) -> Import:
        query = select(*import_.c).where(import_.c.id == identifier)
        found = self._connection.execute(query.with_for_update() if lock else query).mappings().first()
        if found is None:
            raise NotFound(kind="import", id=identifier)
        return _row(found)

    def save(self, row: Import) -> None:
        """Write its progress; Unavailable when a newer run took it over."""
        columns = _columns(row)
        mine = (import_.c.id == columns.pop("id")) & (import_.c.run <= row.run)
        if self._connection.execute(update(import_).where(mine).values(**columns)).rowcount != 1:
            raise Unavailable(reason="another_run_took_over")

    def pages_of(self, notebook: NotebookId, archive: Sha256) -> tuple[EntryId, ...] | None:
        """Return the pages this notebook got from this very archive, or none."""
        of_archive = (import_done.c.notebook == notebook) & (import_done.c.archive_sha256 == archive)
        made = self._connection.execute(select(import_done.c.made).where(of_archive)).scalar_one_or_none()
        return None if made is None else tuple(EntryId(entry) for entry in made)

    def record_done(self, row: Import) -> None:
        """Remember which pages the notebook got; Conflict when another import of the archive was quicker."""
        statement = (
            insert(import_done)
            .values(notebook=row.notebook, archive_sha256=row.archive_sha256, import_id=row.id, made=list(row.made))
            .on_conflict_do_nothing()
            .returning(import_done.c.import_id)
        )
        if self._connection.execute(statement).first() is None:
            raise Conflict(reason="already_imported")


def _columns(row: Import) -> dict[str, Any]:
    return {
        "id": row.id,
        "notebook": row.notebook,
        "person": row.person,
        "upload": row.upload,
        "created_at": row.created_at,
        "state": row.state,
        "entries_done": row.entries.done,
        "entries_total": row.entries.total,
        "files_done": row.files.done,
        "files_total": row.files.total,
        "bytes_done": row.bytes.done,
        "bytes_total": row.bytes.total,
        "report": [{name: _storable(text) for name, text in asdict(remark).items()} for remark in row.report],
        "made": list(row.made),
        "uploads": list(row.uploads),
        "archive_sha256": row.archive_sha256,
        "repeated": row.repeated,
        "run": row.run,
    }


def _storable(text: str) -> str:
    """Show what PostgreSQL cannot hold: names in a hostile archive may bear anything."""
    return text.replace("\x00", "␀").encode("utf-8", "replace").decode()


def _row(found: Mapping[Any, Any]) -> Import:
    return Import(
        id=ImportId(found["id"]),
        notebook=NotebookId(found["notebook"]),
        person=PersonId(found["person"]),
        upload=UploadId(found["upload"]),
        created_at=found["created_at"],
        state=found["state"],
        entries=Count(found["entries_done"], found["entries_total"]),
        files=Count(found["files_done"], found["files_total"]),
        bytes=Count(found["bytes_done"], found["bytes_total"]),
        report=tuple(Remark(**line) for line in found["report"]),
        made=tuple(EntryId(entry) for entry in found["made"]),
        uploads=tuple(UploadId(upload) for upload in found["uploads"]),
        archive_sha256=found["archive_sha256"],
        repeated=found["repeated"],
        run=found["run"],
    )
