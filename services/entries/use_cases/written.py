"""Turn what somebody wrote into a checked content, before any transaction is open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contracts.errors import FieldProblem, Invalid, NotFound
from contracts.identifiers import EntryId, PersonId, Sha256, UploadId
from services.entries.domain.documents import CheckedDocument
from services.entries.domain.entry import Entry
from services.entries.domain.revision import (
    Attachment,
    Author,
    Bytes,
    Content,
    Revision,
    placed,
    record_of,
    revision_of,
)
from services.entries.ports.files import Files, StoredFile, purpose_of
from services.entries.ports.machines import Canonical, Documents


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file one names: a finished ``upload``, one's own or for this page, or ``sha256`` from this entry's past."""

    name: str
    upload: UploadId | None = None
    sha256: Sha256 | None = None


@dataclass(frozen=True, slots=True)
class NamedDraft:
    """A draft one wants to save: its epoch and the least state (Yjs state vector) the revision must hold."""

    epoch: int
    state_vector: bytes


@dataclass(frozen=True, slots=True)
class Written:
    """What one writes, as it came: exactly one of ``document`` and a draft."""

    title: str
    document: Mapping[str, Any] | None
    draft: NamedDraft | None = None
    fields: Mapping[str, Any] | None = None
    files: tuple[NamedFile, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """
    What was written, its uploads resolved; files of the past are still only named.

    ``document`` is none when the draft says it: that is read where nobody can write in it any more.
    """

    written: Written
    document: CheckedDocument | None
    uploads: Mapping[UploadId, StoredFile]

    @property
    def past_digests(self) -> tuple[Sha256, ...]:
        """Return the digests that must be of this entry's own past."""
        return tuple(file.sha256 for file in self.written.files if file.upload is None and file.sha256 is not None)

    def content(self, past: Mapping[Sha256, Attachment], *, drafted: CheckedDocument | None = None) -> Content:
        """
        Return the content, every file found; ``drafted`` is what the draft says.

        Raises:
            Invalid: a digest is not of this entry's past; knowing a digest gives no right to its bytes.

        """
        said = self.document or drafted
        assert said is not None  # exactly one of the two: ``Desk.check``
        files = tuple(self._bytes(file, place, past) for place, file in enumerate(self.written.files))
        return Content(
            self.written.title, said.document, said.text, self.written.fields or {}, files, self.written.reason
        )

    def _bytes(self, file: NamedFile, place: int, past: Mapping[Sha256, Attachment]) -> Bytes:
        if file.upload is not None:
            stored = self.uploads[file.upload]
            return Bytes(file.name, stored.media_type, stored.size_bytes, stored.sha256, stored.sha512)
        kept = past.get(file.sha256) if file.sha256 is not None else None
        if kept is None:
            raise Invalid(
                FieldProblem(f"attachments[{place}]", "no upload, no file of this page", "upload the file again")
            )
        return Bytes(file.name, kept.media_type, kept.size_bytes, kept.sha256, kept.sha512)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where revisions are prepared: the schema, the canonical form and storage."""

    documents: Documents
    canonical: Canonical
    files: Files

    def check(self, written: Written, *, owner: PersonId, entry: EntryId | None = None) -> Checked:
        """
        Check the document and make the uploads permanent; talks to storage, so no transaction may be open.

        Whoever saves a page also brings what others sent for it: a picture a colleague put into the draft.

        Raises:
            Invalid: neither or both of document and draft, a document outside the schema, an upload that is neither
                the actor's own nor for this page, or not finished.

        """
        if (written.document is None) == (written.draft is None):
            raise Invalid(FieldProblem("document", "exactly one of document and draft", "give one of them"))
        checked = None if written.document is None else self.documents.check(written.document)
        wanted = tuple(file.upload for file in written.files if file.upload is not None)
        return Checked(written, checked, self._uploads(wanted, owner=owner, entry=entry))

    def _uploads(
        self, wanted: Sequence[UploadId], *, owner: PersonId, entry: EntryId | None
    ) -> dict[UploadId, StoredFile]:
        if not wanted:
            return {}
        try:
            stored = self.files.resolve(wanted, owner=owner, purpose=purpose_of(entry) if entry else "")
        except NotFound as error:
            raise Invalid(
                FieldProblem("attachments", "an upload is unknown, unfinished or not yours", "upload the file again")
            ) from error
        self.files.keep(wanted)
        return dict(zip(wanted, stored, strict=True))

    def revise(self, entry: Entry, content: Content, *, author: Author, expected_head: int, now: datetime) -> Revision:
        """
        Return the entry's next revision, canonical and chained.

        Raises:
            Sealed: nothing may change.
            Stale: the head is another.
            Invalid: too large, or two files of one name.

        """
        place = entry.next_place(expected_head=expected_head)
        attachments = placed(content.files)
        record = self.canonical.encode(record_of(content, place=place, author=author, attachments=attachments, now=now))
        return revision_of(record, content, place=place, author=author, attachments=attachments, now=now)
