"""Show entries, revisions and files to those who may read them."""

from dataclasses import dataclass

from contracts.errors import NotFound
from contracts.identifiers import EntryId, EntryReference, NotebookId, RevisionNumber
from services.entries.domain.caller import Caller
from services.entries.domain.entry import Entry
from services.entries.domain.views import EntryShown, RevisionShown
from services.entries.ports.files import Files, SignedUrl
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
    """Show a notebook's pages."""

    readings: Readings

    def __call__(self, caller: Caller, *, notebook: NotebookId, after: int, limit: int) -> list[Entry]:
        """Return pages by number; NotFound when the actor may not read the notebook."""
        with self.readings() as store:
            _, standing = store.notebooks.get(notebook=notebook, reference=None, person=caller.person)
            if not standing.reads:
                raise NotFound
            return store.entries.page(notebook, after=after, limit=limit)


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
class GetAttachment:
    """Decide, then ask storage for a URL bound to the file."""

    readings: Readings
    files: Files

    def __call__(self, caller: Caller, *, entry: EntryId, number: RevisionNumber, name: str) -> SignedUrl:
        """Return a signed URL; NotFound when there is no such file the actor may read."""
        with self.readings() as store:
            found = store.entries.attachment(entry, number, name, person=caller.person)
        if found.attachment is None or not found.standing.reads:
            raise NotFound
        file = found.attachment
        return self.files.download_url(file.sha256, name=file.name, media_type=file.media_type)
