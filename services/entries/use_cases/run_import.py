"""Run an import in three passes: check everything, store tentatively, write once (decided in ADR on imports)."""

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from contracts.errors import Conflict, Forbidden, Invalid, NotFound, PaillasseError
from contracts.identifiers import Actor, EntryId, ImportId, NotebookId, PersonId, Sha256
from services.entries.domain.caller import Caller
from services.entries.domain.imports import (
    Import,
    ImportedFile,
    ImportedPage,
    ImportPlan,
    PlannedFile,
    PlannedPage,
    Remark,
)
from services.entries.ports.imports import ArchiveReader, ImportFiles, OpenArchive, TentativeFile
from services.entries.ports.unit_of_work import Readings, UnitOfWork, Units

# Enough to keep the door's disk and hashing busy on a small machine; measured: eight are no faster.
PARALLEL_UPLOADS: Final = 4
KEEP_AT_ONCE: Final = 500
SAVE_EVERY_FILES: Final = 20


class WritePages(Protocol):
    """The writing of imported pages, inside a unit of work that is not its own."""

    def __call__(
        self, uow: UnitOfWork, *, person: PersonId, notebook: NotebookId, pages: Sequence[ImportedPage]
    ) -> tuple[EntryId, ...]:
        """Number and write the pages, publish their facts, return their ids in order; no commit."""


@dataclass(frozen=True, slots=True)
class RunImport:
    """
    Do one import from its row. Run again after a crash it ends the same.

    Nothing of a broken run is used again: pass 1 starts over, the bytes it had stored are dropped first, and pass 3
    is one commit keyed by (notebook, archive).
    """

    units: Units
    readings: Readings
    read_archive: ArchiveReader
    files: ImportFiles
    write_import: WritePages
    work_folder: Path | None = None

    def __call__(self, identifier: ImportId) -> Import:
        """Run to done or refused and return the row."""
        row = self._take_over(identifier)
        if row.is_over:
            self._settle(row)
            return row
        # What a killed run left: nobody but this import ever used the purpose, and none of it is named.
        self.files.discard_purpose(row.purpose)
        try:
            with tempfile.TemporaryDirectory(prefix="import-", dir=self.work_folder) as folder:
                row = self._run(row, Path(folder))
        except (Invalid, NotFound, Forbidden, Conflict) as error:
            row = self._save(row.refused(*_reasons(error)))
        self._settle(row)
        return row

    def _take_over(self, identifier: ImportId) -> Import:
        """
        Start over, under a lock and before anything is dropped.

        A run that only seemed dead can save nothing any more: else its pages could name bytes that this run drops.
        """
        with self.readings() as reading:
            caller = _caller(reading.imports.get(identifier))
        with self.units(caller) as uow:
            row = uow.imports.lock(identifier)
            if row.is_over:
                return row
            row = row.checking()
            uow.imports.save(row)
            uow.commit()
        return row

    def _run(self, row: Import, folder: Path) -> Import:
        archive = folder / "archive"
        sha256 = self.files.fetch(row.upload, owner=row.person, to=archive)
        if (made := self._already(row, sha256)) is not None:
            return self._save(row.already_done(archive_sha256=sha256, made=made))
        with self.read_archive(archive, work_folder=folder) as reader:
            plan = reader.plan(sha256, progress=_quiet)
            row = self._save(row.storing(plan))
            stored, row = self._store(row, plan, reader)
        row = self._save(row.writing(tuple(tentative.upload for tentative in stored.values())))
        return self._write(row, plan, stored)

    def _already(self, row: Import, archive: Sha256) -> tuple[EntryId, ...] | None:
        with self.readings() as reading:
            return reading.imports.pages_of(row.notebook, archive)

    def _store(self, row: Import, plan: ImportPlan, reader: OpenArchive) -> tuple[dict[Sha256, TentativeFile], Import]:
        """Pass 2: every distinct file once, several at a time; nothing refers to them yet."""

        def one(file: PlannedFile) -> tuple[PlannedFile, TentativeFile]:
            with reader.open(file) as stream:
                return file, self.files.store(stream, file, purpose=row.purpose)

        stored: dict[Sha256, TentativeFile] = {}
        size = 0
        with ThreadPoolExecutor(PARALLEL_UPLOADS) as pool:
            for count, (file, tentative) in enumerate(pool.map(one, plan.distinct_files), start=1):
                stored[file.sha256] = tentative
                size += file.size_bytes
                row = row.stored(files=count, size_bytes=size)
                if count % SAVE_EVERY_FILES == 0:
                    self._save(row)
        return stored, row

    def _write(self, row: Import, plan: ImportPlan, stored: dict[Sha256, TentativeFile]) -> Import:
        """Pass 3: numbers, revisions, events, the archive's mark and the import's end, in one commit."""
        pages = [_imported(page, stored) for page in plan.pages]
        try:
            with self.units(_caller(row)) as uow:
                made = self.write_import(uow, person=row.person, notebook=row.notebook, pages=pages)
                row = row.done(tuple(made))
                uow.imports.record_done(row)
                uow.imports.save(row)
                uow.commit()
        except Conflict:
            made_before = self._already(row, plan.archive_sha256)
            if made_before is None:
                raise
            return self._save(row.already_done(archive_sha256=plan.archive_sha256, made=made_before))
        return row

    def refuse(self, identifier: ImportId, *, code: str) -> None:
        """End an import that cannot go on, leaving nothing behind."""
        with self.readings() as reading:
            row = reading.imports.get(identifier)
        if not row.is_over:
            row = self._save(row.refused(Remark("refused", "", code)))
        self._settle(row)

    def _settle(self, row: Import) -> None:
        """Keep the bytes pages name, drop the others; after a crash this is all that is left to do."""
        if row.state == "done" and not row.repeated:
            for start in range(0, len(row.uploads), KEEP_AT_ONCE):
                self.files.keep(row.uploads[start : start + KEEP_AT_ONCE])
        if row.state == "refused" or row.repeated:
            self.files.discard_purpose(row.purpose)
        if row.state == "refused":
            self.files.discard(row.upload, owner=row.person)

    def _save(self, row: Import) -> Import:
        with self.units(_caller(row)) as uow:
            uow.imports.save(row)
            uow.commit()
        return row


def _caller(row: Import) -> Caller:
    return Caller(Actor(issuer="entries", person=row.person), correlation_id=row.id)


def _quiet(_members: int, _size_bytes: int) -> None:
    """Count nothing: pass 1 takes seconds, its totals are not known before its end."""


def _imported(page: PlannedPage, stored: Mapping[Sha256, TentativeFile]) -> ImportedPage:
    files = tuple(
        ImportedFile(
            file.name, file.media_type, file.size_bytes, file.sha256, stored[file.sha256].sha512,
            stored[file.sha256].upload,
        )
        for file in page.files
    )  # fmt: skip
    return ImportedPage(
        page.title, page.document, page.text, page.word_count, files, page.fields, page.foreign_author, page.source_id
    )


def _reasons(error: PaillasseError) -> Iterable[Remark]:
    """Say why, by file where one is at fault."""
    if isinstance(error, Invalid):
        for field in error.fields:
            code, _, text = field.problem.partition(": ")
            known = code.startswith("checksum_")
            yield Remark("refused", field.name, code if known else "archive_refused", text if known else field.problem)
    else:
        yield Remark("refused", "", error.code, ", ".join(f"{k}={v}" for k, v in sorted(error.detail.items())))
