"""Hold what an imported archive becomes: files, pages, remarks, and the progress of the import itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from contracts.identifiers import EntryId, ImportId, NotebookId, PersonId, Sha256, Sha512, UploadId

ImportState = Literal["queued", "checking", "storing", "writing", "done", "refused"]
Level = Literal["info", "warning", "refused"]


@dataclass(frozen=True, slots=True)
class Remark:
    """One line of an import's report: where (a path or id of the archive), what (a stable code), and how grave."""

    level: Level
    place: str
    code: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """
    A file a page will carry: ``name`` as people see it, ``source`` names its bytes to the archive reader.

    ``source`` is a member's path in the archive, or ``made:<n>`` for bytes the reader itself produced
    (an image that lay inside the text, the HTML as it came).
    """

    name: str
    source: str
    media_type: str
    size_bytes: int
    sha256: Sha256


@dataclass(frozen=True, slots=True)
class PlannedPage:
    """A page as read from an archive, before anything is written; ``document`` fits contracts/entries/document.json."""

    title: str
    document: Mapping[str, Any]
    text: str
    word_count: int
    files: tuple[PlannedFile, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
    foreign_author: str | None = None
    source_id: str = ""


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """All that one archive becomes, in order; the same archive always gives the same plan."""

    archive_sha256: Sha256
    pages: tuple[PlannedPage, ...]
    report: tuple[Remark, ...]

    @property
    def distinct_files(self) -> tuple[PlannedFile, ...]:
        """Return one file per digest: equal bytes are stored once, under the first name they bore."""
        return tuple({file.sha256: file for page in reversed(self.pages) for file in reversed(page.files)}.values())[
            ::-1
        ]


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """A file of a page whose bytes are in storage, tentatively until a revision names them."""

    name: str
    media_type: str
    size_bytes: int
    sha256: Sha256
    sha512: Sha512
    upload: UploadId


@dataclass(frozen=True, slots=True)
class ImportedPage:
    """A page ready to be written: all its files are stored."""

    title: str
    document: Mapping[str, Any]
    text: str
    word_count: int
    files: tuple[ImportedFile, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
    foreign_author: str | None = None
    source_id: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    """How much of a kind is done."""

    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Import:
    """
    One import: ``made`` lists the pages, ``uploads`` the bytes they name; ``repeated`` says nothing changed.

    ``run`` counts the runs that took it up: only the newest may go on.
    """

    id: ImportId
    notebook: NotebookId
    person: PersonId
    upload: UploadId
    created_at: datetime
    state: ImportState = "queued"
    entries: Count = Count()
    files: Count = Count()
    bytes: Count = Count()
    report: tuple[Remark, ...] = ()
    made: tuple[EntryId, ...] = ()
    uploads: tuple[UploadId, ...] = ()
    archive_sha256: Sha256 | None = None
    repeated: bool = False
    run: int = 0

    @property
    def is_over(self) -> bool:
        """Say whether nothing more will happen to it."""
        return self.state in {"done", "refused"}

    @property
    def purpose(self) -> str:
        """Return the name under which storage keeps this import's tentative bytes."""
        return f"import:{self.id}"

    def checking(self) -> "Import":
        """Start pass 1 over, as a new run: nothing of an interrupted one is used."""
        return replace(
            self,
            state="checking",
            run=self.run + 1,
            report=(),
            made=(),
            uploads=(),
            entries=Count(),
            files=Count(),
            bytes=Count(),
        )

    def storing(self, plan: ImportPlan) -> "Import":
        """Enter pass 2 with what pass 1 found."""
        files = plan.distinct_files
        return replace(
            self,
            state="storing",
            archive_sha256=plan.archive_sha256,
            report=plan.report,
            entries=Count(total=len(plan.pages)),
            files=Count(total=len(files)),
            bytes=Count(total=sum(file.size_bytes for file in files)),
        )

    def stored(self, *, files: int, size_bytes: int) -> "Import":
        """Count files that reached storage."""
        return replace(self, files=replace(self.files, done=files), bytes=replace(self.bytes, done=size_bytes))

    def writing(self, uploads: tuple[UploadId, ...]) -> "Import":
        """Enter pass 3; the uploads are remembered, so that a run after a crash still makes them permanent."""
        return replace(self, state="writing", uploads=uploads)

    def done(self, made: tuple[EntryId, ...]) -> "Import":
        """End well: the pages exist."""
        return replace(self, state="done", made=made, entries=replace(self.entries, done=len(made)))

    def already_done(self, *, archive_sha256: Sha256, made: tuple[EntryId, ...]) -> "Import":
        """End because this notebook already holds this very archive: nothing changed."""
        said = Remark("info", "", "already_imported", f"{len(made)} pages of this archive are in the notebook")
        return replace(
            self,
            state="done",
            made=made,
            repeated=True,
            archive_sha256=archive_sha256,
            report=(said,),
            entries=Count(len(made), len(made)),
        )

    def refused(self, *remarks: Remark) -> "Import":
        """End without a trace in the notebook; the remarks say why."""
        return replace(self, state="refused", report=(*self.report, *remarks))
