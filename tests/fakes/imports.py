"""Stand in for storage and the store of imports, in memory; every call may be the last before a kill."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Self

from contracts.errors import Conflict, NotFound, Unavailable
from contracts.identifiers import EntryId, ImportId, NotebookId, PersonId, Sha256, Sha512, UploadId
from services.entries.domain.imports import Import, ImportedPage, PlannedFile
from services.entries.ports.imports import TentativeFile


class Killed(BaseException):
    """The process died here."""


@dataclass
class FakeStorage:
    """Storage: archives people uploaded, tentative bytes by purpose, kept bytes."""

    archives: dict[UploadId, bytes] = field(default_factory=dict)
    tentative: dict[UploadId, tuple[str, bytes]] = field(default_factory=dict)
    kept: dict[UploadId, bytes] = field(default_factory=dict)
    before: Callable[[str], None] = lambda _step: None
    count: int = 0

    def fetch(self, upload: UploadId, *, owner: PersonId, to: Path) -> Sha256:
        """Write an archive to a file."""
        self.before("fetch")
        if upload not in self.archives:
            raise NotFound(kind="upload", id=upload)
        to.write_bytes(self.archives[upload])
        return Sha256(hashlib.sha256(self.archives[upload]).hexdigest())

    def store(self, stream: IO[bytes], file: PlannedFile, *, purpose: str) -> TentativeFile:
        """Keep bytes under a purpose, and check what pass 1 said of them."""
        self.before("store")
        content = stream.read()
        assert hashlib.sha256(content).hexdigest() == file.sha256
        self.count += 1
        upload = UploadId(f"u{self.count}")
        self.tentative[upload] = (purpose, content)
        return TentativeFile(upload, file.sha256, Sha512(hashlib.sha512(content).hexdigest()))

    def keep(self, uploads: Sequence[UploadId]) -> None:
        """Make them permanent."""
        self.before("keep")
        for upload in uploads:
            if upload in self.tentative:
                self.kept[upload] = self.tentative.pop(upload)[1]
            assert upload in self.kept

    def discard_purpose(self, purpose: str) -> None:
        """Drop tentative bytes."""
        self.before("discard_purpose")
        self.tentative = {upload: held for upload, held in self.tentative.items() if held[0] != purpose}

    def discard(self, upload: UploadId, *, owner: PersonId) -> None:
        """Drop an archive."""
        self.before("discard")
        self.archives.pop(upload, None)


@dataclass
class ImportsState:
    """What is committed."""

    rows: dict[ImportId, Import] = field(default_factory=dict)
    done: dict[tuple[NotebookId, Sha256], tuple[EntryId, ...]] = field(default_factory=dict)
    pages: list[ImportedPage] = field(default_factory=list)


class FakeUnit:
    """One transaction over the state; without a commit nothing stays."""

    def __init__(self, state: ImportsState, before: Callable[[str], None]) -> None:
        self.state = state
        self.before = before
        self.draft = ImportsState(dict(state.rows), dict(state.done), list(state.pages))

    @property
    def imports(self) -> Self:
        """Be the repository too: the test needs no other."""
        return self

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """Forget what was not committed."""

    def add(self, row: Import) -> None:
        """Add a row."""
        self.draft.rows.setdefault(row.id, row)

    def get(self, identifier: ImportId) -> Import:
        """Return a row."""
        if identifier not in self.draft.rows:
            raise NotFound(kind="import", id=identifier)
        return self.draft.rows[identifier]

    def lock(self, identifier: ImportId) -> Import:
        """Return a row: one test, one thread."""
        return self.get(identifier)

    def save(self, row: Import) -> None:
        """Write a row, unless a newer run took it over."""
        if self.state.rows[row.id].run > row.run:
            raise Unavailable(reason="another_run_took_over")
        self.draft.rows[row.id] = row

    def pages_of(self, notebook: NotebookId, archive: Sha256) -> tuple[EntryId, ...] | None:
        """Return the pages made of an archive."""
        return self.draft.done.get((notebook, archive))

    def record_done(self, row: Import) -> None:
        """Mark the archive as imported."""
        assert row.archive_sha256 is not None
        # Unique in the store: what others committed meanwhile counts.
        if (row.notebook, row.archive_sha256) in self.state.done:
            raise Conflict(reason="already_imported")
        self.draft.done[row.notebook, row.archive_sha256] = row.made

    def commit(self) -> None:
        """Make it true."""
        self.before("commit")
        self.state.rows, self.state.done, self.state.pages = self.draft.rows, self.draft.done, self.draft.pages
        self.before("committed")


def write_pages(
    uow: Any, *, person: PersonId, notebook: NotebookId, pages: Sequence[ImportedPage]
) -> tuple[EntryId, ...]:
    """Write pages into the fake unit, numbered after those that are there."""
    start = len(uow.draft.pages)
    uow.draft.pages.extend(pages)
    return tuple(EntryId(f"e{start + index + 1}") for index in range(len(pages)))
