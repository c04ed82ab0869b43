"""Show what people sent for a page they write together, before a version holds it."""

from dataclasses import dataclass

from contracts.errors import NotFound
from contracts.identifiers import EntryId
from services.entries.domain.caller import Caller
from services.entries.ports.files import Files, SignedUrl, StoredFile, purpose_of
from services.entries.ports.unit_of_work import Readings


@dataclass(frozen=True, slots=True)
class ListDraftFiles:
    """Who reads a draft sees its pictures, and who saves it names them."""

    readings: Readings
    files: Files

    def __call__(self, caller: Caller, *, entry: EntryId) -> tuple[StoredFile, ...]:
        """Return the newest 200, newest first; NotFound when there is no such page the actor may read."""
        with self.readings() as store:
            store.drafts.show(entry, person=caller.person).standing.demand("read")
        return self.files.sent_for(purpose_of(entry))


@dataclass(frozen=True, slots=True)
class GetDraftFile:
    """Decide, then ask storage for a URL bound to one of them: the page names its files by name."""

    list_files: ListDraftFiles
    files: Files

    def __call__(self, caller: Caller, *, entry: EntryId, name: str) -> SignedUrl:
        """Return a signed URL of the newest of this name; NotFound when there is none the actor may read."""
        found = next((one for one in self.list_files(caller, entry=entry) if one.name == name), None)
        if found is None:
            raise NotFound(kind="draft_file", name=name)
        return self.files.download_url(found.sha256, name=found.name, media_type=found.media_type)
