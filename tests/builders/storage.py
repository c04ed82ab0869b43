"""Build the house of storage on fakes."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

from contracts.errors import Forbidden
from contracts.identifiers import NotebookId, PersonId, Sha256, UploadId
from services.storage.domain.hold import Scope
from services.storage.domain.upload import Owner, Upload
from services.storage.ports import Cause
from services.storage.use_cases.apply_holds import ApplyHolds
from services.storage.use_cases.compare_store import CompareStore
from services.storage.use_cases.complete_upload import CompleteUpload
from services.storage.use_cases.create_upload import CreateUpload, Wish
from services.storage.use_cases.discard_purpose import DiscardPurpose
from services.storage.use_cases.discard_upload import DiscardUpload
from services.storage.use_cases.expire_uploads import ExpireUploads
from services.storage.use_cases.follow_entries import NoteNotebook, NoteRevisions
from services.storage.use_cases.get_upload import GetUpload
from services.storage.use_cases.holds import LiftHold, ListHolds, PlaceHold
from services.storage.use_cases.issue_download_url import IssueDownloadUrl
from services.storage.use_cases.keep_uploads import KeepUploads
from services.storage.use_cases.lock_blobs import LockBlobs
from services.storage.use_cases.plan_upload import Plan, PlanUpload
from services.storage.use_cases.receive_part import ReceivePart
from services.storage.use_cases.resolve_uploads import ListUploads, ResolveUploads
from services.storage.use_cases.scrub import Scrub
from tests.fakes.storage import FakeBlobStore, FakeIncoming, FakeUrls, Shelf, StandingClock

CURIE = Owner("gateway", PersonId("0192aaaa-0000-7000-8000-000000000001"))
JOLIOT = Owner("gateway", PersonId("0192aaaa-0000-7000-8000-000000000002"))
ENTRIES = Owner("entries")
ARCHIVIST = Owner("gateway", PersonId("0192aaaa-0000-7000-8000-000000000003"))


def digest(data: bytes) -> Sha256:
    """Return the SHA-256 of ``data``."""
    return Sha256(hashlib.sha256(data).hexdigest())


@dataclass
class ArchiveDouble:
    """The house of entries as a hold sees it: who is an archivist, which notebooks a unit has."""

    archivists: set[PersonId] = field(default_factory=lambda: {ARCHIVIST.person})
    notebooks: dict[str, tuple[NotebookId, ...]] = field(default_factory=dict)

    def scope_of_hold(self, scope: Scope, subject: str, *, by: PersonId | None) -> tuple[NotebookId, ...]:
        """Return what a hold reaches."""
        if by is not None:
            self.demand_archivist(by)
        if scope == "unit":
            return self.notebooks[subject]
        return (NotebookId(subject),) if scope == "notebook" else ()

    def demand_archivist(self, by: PersonId) -> None:
        """Refuse others."""
        if by not in self.archivists:
            raise Forbidden(action="hold")


@dataclass
class Street:
    """Every use case of storage on one set of fakes."""

    shelf: Shelf = field(default_factory=Shelf)
    clock: StandingClock = field(default_factory=StandingClock)
    incoming: FakeIncoming = field(default_factory=FakeIncoming)
    ids: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.store = FakeBlobStore(self.incoming)
        plan = PlanUpload(FakeUrls(), self.clock, 300)
        self.create = CreateUpload(
            self.shelf, self.incoming, self.store, plan, self.clock, lambda: f"upload-{next(self.ids):04}", 24
        )
        self.get = GetUpload(self.shelf, self.incoming, plan)
        self.complete = CompleteUpload(self.shelf, self.incoming, self.store, self.clock)
        self.discard = DiscardUpload(self.shelf, self.incoming, self.store)
        self.discard_purpose = DiscardPurpose(self.shelf, self.discard)
        self.keep = KeepUploads(self.shelf)
        self.resolve = ResolveUploads(self.shelf)
        self.list_uploads = ListUploads(self.shelf)
        self.issue = IssueDownloadUrl(self.shelf, FakeUrls(), self.clock, 300)
        self.expire = ExpireUploads(self.shelf, self.incoming, self.store, self.clock)
        self.entries = ArchiveDouble()
        self.place = PlaceHold(self.shelf, self.entries, self.clock, lambda: f"hold-{next(self.ids):04}")
        self.lift = LiftHold(self.shelf, self.entries, self.clock)
        self.holds = ListHolds(self.shelf, self.entries)
        self.note_revisions = NoteRevisions(self.shelf)
        self.note_notebook = NoteNotebook(self.shelf, self.entries)
        self.read_bytes: list[int] = []
        self.scrub = Scrub(self.shelf, self.store, self.clock, self.read_bytes.append, timedelta(days=1))
        self.lock = LockBlobs(self.shelf, self.store, self.clock, self.scrub, timedelta(days=3650))
        self.apply_holds = ApplyHolds(self.shelf, self.store, self.scrub)
        self.compare = CompareStore(self.shelf, self.store)
        self.receive = ReceivePart(self.shelf, self.incoming)

    def planned(self, data: bytes, *, asker: Owner = CURIE, purpose: str = "") -> Plan:
        """Plan an upload of ``data``."""
        return self.create(Wish("mesures.csv", "text/csv", len(data), purpose=purpose), asker=asker)

    def send(self, plan: Plan, data: bytes) -> None:
        """Send every part."""
        for planned in plan.parts:
            reception = self.receive(plan.upload.id, planned.part.number)
            reception.write(memoryview(data)[planned.part.offset :][: planned.part.size_bytes])
            reception.finish()
            reception.close()

    def finished(self, data: bytes, *, asker: Owner = CURIE, tentative: bool = False, purpose: str = "") -> Upload:
        """Upload ``data`` to the end."""
        plan = self.planned(data, asker=asker, purpose=purpose)
        self.send(plan, data)
        return self.complete(plan.upload.id, asker=asker, cause=Cause(), tentative=tentative)

    def state(self, id_: UploadId) -> str:
        """Return where an upload stands."""
        return self.shelf.rows.uploads[id_].state
