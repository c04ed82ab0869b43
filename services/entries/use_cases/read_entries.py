"""Show entries, revisions and files to those who may read them."""

from dataclasses import dataclass

from contracts.errors import NotFound
from contracts.identifiers import EntryId, EntryReference, NotebookId, RevisionNumber
from services.entries.domain.caller import Caller
from services.entries.domain.revision import Attachment
from services.entries.domain.views import EntryListed, EntryShown, RevisionShown, Sought
from services.entries.ports.files import Files, FileText, SignedUrl
from services.entries.ports.unit_of_work import Readings


@dataclass(frozen=True, slots=True)
class GetEntry:
    """Show a page: one question to the store, which finds page, head and the reader's standing at once."""

    readings: Readings

    def __call__(self, caller: Caller, *, entry: EntryId | None, reference: EntryReference | None) -> EntryShown:
        """Return an entry by id or reference; NotFound when there is none the actor may read."""
        with self.readings() as store:
            shown = store.entries.show(entry=entry, reference=reference, person=caller.person)
        if not shown.standing.reads:
            raise NotFound
        return shown


@dataclass(frozen=True, slots=True)
class ListEntries:
    """Show a notebook's pages: its table of contents."""

    readings: Readings

    def __call__(
        self, caller: Caller, *, notebook: NotebookId, sought: Sought, after: int | None, limit: int
    ) -> list[EntryListed]:
        """Return pages by number; NotFound when the actor may not read the notebook."""
        with self.readings() as store:
            _, standing = store.notebooks.get(notebook=notebook, reference=None, person=caller.person)
            if not standing.reads:
                raise NotFound
            return store.entries.page(notebook, sought, after=after, limit=limit)


@dataclass(frozen=True, slots=True)
class ListRevisions:
    """Show an entry's history."""

    readings: Readings

    def __call__(self, caller: Caller, *, entry: EntryId, below: int | None, limit: int) -> list[RevisionShown]:
        """Return revisions, newest first, without documents; NotFound when the actor may not read the entry."""
        with self.readings() as store:
            shown = store.entries.show(entry=entry, reference=None, person=caller.person)
            if not shown.standing.reads:
                raise NotFound
            return store.entries.revisions(entry, below=below, limit=limit)


@dataclass(frozen=True, slots=True)
class GetRevision:
    """Show one revision whole."""

    readings: Readings

    def __call__(self, caller: Caller, *, entry: EntryId, number: RevisionNumber) -> RevisionShown:
        """Return a revision; NotFound when there is none the actor may read."""
        with self.readings() as store:
            shown, standing = store.entries.revision(entry, number, person=caller.person)
        if shown is None or not standing.reads:
            raise NotFound
        return shown


@dataclass(frozen=True, slots=True)
class FindAttachment:
    """Decide whether the actor may have a file at all: every answer about a file begins here."""

    readings: Readings

    def __call__(self, caller: Caller, *, entry: EntryId, number: RevisionNumber, name: str) -> Attachment:
        """Return the file; NotFound when there is no such file the actor may read."""
        with self.readings() as store:
            found = store.entries.attachment(entry, number, name, person=caller.person)
        if found.attachment is None or not found.standing.reads:
            raise NotFound
        return found.attachment


@dataclass(frozen=True, slots=True)
class GetAttachment:
    """Decide, then ask storage for a URL bound to the file, or to a preview of it."""

    find: FindAttachment
    files: Files

    def __call__(
        self, caller: Caller, *, entry: EntryId, number: RevisionNumber, name: str, preview: str | None = None
    ) -> SignedUrl:
        """Return a signed URL; NotFound when there is no such file the actor may read."""
        file = self.find(caller, entry=entry, number=number, name=name)
        if preview is not None:
            return self.files.preview_url(file.sha256, kind=preview)
        return self.files.download_url(file.sha256, name=file.name, media_type=file.media_type)


@dataclass(frozen=True, slots=True)
class GetAttachmentText:
    """Decide, then ask storage what is written in the file."""

    find: FindAttachment
    files: Files

    def __call__(
        self, caller: Caller, *, entry: EntryId, number: RevisionNumber, name: str, with_places: bool = True
    ) -> FileText:
        """Return the text by place; NotFound when there is no such file the actor may read."""
        file = self.find(caller, entry=entry, number=number, name=name)
        return self.files.text(file.sha256, claimed_media_type=file.media_type, with_places=with_places)
