"""Ask for what an import needs: its row, the archive's reader, and storage for bytes that are tentative."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from contracts.identifiers import EntryId, ImportId, NotebookId, PersonId, Sha256, Sha512, UploadId
from services.entries.domain.imports import Import, ImportPlan, PlannedFile


class Imports(Protocol):
    """Imports as they go, and which archives a notebook already holds."""

    def add(self, row: Import) -> None:
        """Add an import; the same id twice is the same import."""

    def get(self, identifier: ImportId) -> Import:
        """Return one; NotFound."""

    def lock(self, identifier: ImportId) -> Import:
        """Return one nobody else changes until this unit of work ends; NotFound."""

    def save(self, row: Import) -> None:
        """
        Write its progress.

        Raises:
            Unavailable: a newer run took it over; nothing was written.

        """

    def pages_of(self, notebook: NotebookId, archive: Sha256) -> tuple[EntryId, ...] | None:
        """Return the pages this notebook got from this very archive, or none if it never was imported."""

    def record_done(self, row: Import) -> None:
        """
        Remember which pages the notebook got from the archive, in the commit that makes them.

        Raises:
            Conflict: another import of the same archive was quicker.

        """


@dataclass(frozen=True, slots=True)
class TentativeFile:
    """Bytes storage holds until a revision names them."""

    upload: UploadId
    sha256: Sha256
    sha512: Sha512


class OpenArchive(Protocol):
    """An archive being read."""

    def plan(self, archive_sha256: Sha256, *, progress: Callable[[int, int], None]) -> ImportPlan:
        """Read and hash everything; Invalid names each file at fault. ``progress`` gets (members, bytes) read."""

    def open(self, file: PlannedFile) -> IO[bytes]:
        """Return a stream over a planned file's bytes; safe from several threads."""


class ArchiveReader(Protocol):
    """A reader of archives."""

    def __call__(self, path: Path, *, work_folder: Path) -> AbstractContextManager[OpenArchive]:
        """Open an archive; Invalid when it is hostile or none."""


class ImportFiles(Protocol):
    """Storage, as an import needs it: bytes travel by signed URL, never over the bus."""

    def fetch(self, upload: UploadId, *, owner: PersonId, to: Path) -> Sha256:
        """
        Write an upload's bytes to a file and return their digest.

        Raises:
            NotFound: no such upload of this person.
            Unavailable: storage does not answer.

        """

    def store(self, stream: IO[bytes], file: PlannedFile, *, purpose: str) -> TentativeFile:
        """Send bytes as a tentative upload under a purpose; StorageFull, Unavailable."""

    def keep(self, uploads: Sequence[UploadId]) -> None:
        """Make tentative bytes permanent. Idempotent."""

    def discard_purpose(self, purpose: str) -> None:
        """Drop all tentative bytes of a purpose. Idempotent."""

    def discard(self, upload: UploadId, *, owner: PersonId) -> None:
        """Drop a person's upload. Idempotent."""
