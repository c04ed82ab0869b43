"""Assemble the house of storage, and the door."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import cast

from sqlalchemy import Engine
from uuid_utils import uuid7

from chassis.bus.client import BusClient
from chassis.database import open_engine
from chassis.jobs import JobStarter
from services.storage.adapters.entries import BusEntries
from services.storage.adapters.reading.process import ChildReader
from services.storage.domain.digests import DigestPass
from services.storage.ports import BlobStore, Entries, Incoming, PartFiles, Urls
from services.storage.settings import ComparisonSettings, DoorSettings, JobSettings, StorageSettings, StoreSettings
from services.storage.store.directory import DirectoryStore
from services.storage.store.incoming import DirectoryIncoming
from services.storage.store.pace import Pace
from services.storage.store.unit_of_work import PostgresUnitOfWork
from services.storage.store.urls import DoorUrls
from services.storage.use_cases.apply_holds import ApplyHolds
from services.storage.use_cases.compare_store import CompareStore
from services.storage.use_cases.complete_upload import CompleteUpload
from services.storage.use_cases.create_upload import CreateUpload
from services.storage.use_cases.discard_purpose import DiscardPurpose
from services.storage.use_cases.discard_upload import DiscardUpload
from services.storage.use_cases.expire_uploads import ExpireUploads
from services.storage.use_cases.follow_entries import NoteNotebook, NoteRevisions
from services.storage.use_cases.get_preview import GetPreview, OpenPreview
from services.storage.use_cases.get_text import GetText
from services.storage.use_cases.get_upload import GetUpload
from services.storage.use_cases.holds import LiftHold, ListHolds, PlaceHold
from services.storage.use_cases.issue_download_url import IssueDownloadUrl
from services.storage.use_cases.keep_uploads import KeepUploads
from services.storage.use_cases.lock_blobs import LockBlobs
from services.storage.use_cases.open_blob import OpenBlob
from services.storage.use_cases.plan_upload import PlanUpload
from services.storage.use_cases.read_file import ReadFile
from services.storage.use_cases.receive_part import ReceivePart
from services.storage.use_cases.resolve_uploads import ListUploads, ResolveUploads
from services.storage.use_cases.scrub import Scrub

# Below the shortest deadline of whoever completes an upload: entries gives it ten seconds.
_READING_PATIENCE_SECONDS = 7.0


@dataclass(frozen=True, slots=True)
class Store:
    """One store seen from its sides; ``parts`` is there when they come through our own door."""

    incoming: Incoming
    blobs: BlobStore
    urls: Urls
    parts: PartFiles | None = None


@dataclass(frozen=True, slots=True)
class House:
    """What the bus edge of storage calls."""

    create_upload: CreateUpload
    get_upload: GetUpload
    complete_upload: CompleteUpload
    discard_upload: DiscardUpload
    discard_purpose: DiscardPurpose
    resolve_uploads: ResolveUploads
    list_uploads: ListUploads
    keep_uploads: KeepUploads
    place_hold: PlaceHold
    lift_hold: LiftHold
    list_holds: ListHolds
    note_revisions: NoteRevisions
    note_notebook: NoteNotebook
    issue_download_url: IssueDownloadUrl
    get_text: GetText
    get_preview: GetPreview
    jobs: JobStarter
    engine: Engine
    bus: BusClient | None = None

    def started(self) -> None:
        """See that waiting files are read."""
        self.jobs.start_watching()

    def close(self) -> None:
        """Let go of the job process, the bus and the database."""
        self.jobs.close()
        if self.bus is not None:
            self.bus.close()
        self.engine.dispose()


@dataclass(frozen=True, slots=True)
class JobHouse:
    """What the job process of storage calls."""

    read_file: ReadFile
    engine: Engine

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()


@dataclass(frozen=True, slots=True)
class Comparison:
    """What an operator's comparison calls."""

    compare: CompareStore
    engine: Engine

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()


@dataclass(frozen=True, slots=True)
class Door:
    """What the HTTP door calls; S3 has a door of its own, so that bytes never pass ours."""

    receive_part: ReceivePart | None
    open_blob: OpenBlob
    open_preview: OpenPreview
    expire_uploads: ExpireUploads
    scrub: Scrub
    lock_blobs: LockBlobs
    apply_holds: ApplyHolds
    store: BlobStore
    engine: Engine

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()


def assemble() -> House:
    """Read the settings and build the house."""
    settings = StorageSettings.load()
    engine = open_engine(settings.database, application_name="storage")
    bus = BusClient(settings.bus, settings.identity)
    entries = BusEntries(bus, settings.entries_timeout_seconds)
    house = build_house(engine, settings.store_room, open_store(settings.store_room, green=True), entries)
    return replace(house, bus=bus)


def build_house(engine: Engine, settings: StoreSettings, store: Store, entries: Entries) -> House:
    """Build the house around a database, a store and who answers for entries."""
    uow = partial(PostgresUnitOfWork, engine)
    plan = PlanUpload(store.urls, _now, settings.url_lifetime_seconds)
    discard = DiscardUpload(uow, store.incoming, store.blobs)
    return House(
        create_upload=CreateUpload(
            uow, store.incoming, store.blobs, plan, _now, _new_id, settings.upload_lifetime_hours
        ),
        get_upload=GetUpload(uow, store.incoming, plan),
        complete_upload=CompleteUpload(uow, store.incoming, store.blobs, _now),
        discard_upload=discard,
        discard_purpose=DiscardPurpose(uow, discard),
        resolve_uploads=ResolveUploads(uow),
        list_uploads=ListUploads(uow),
        keep_uploads=KeepUploads(uow),
        place_hold=PlaceHold(uow, entries, _now, _new_id),
        lift_hold=LiftHold(uow, entries, _now),
        list_holds=ListHolds(uow, entries),
        note_revisions=NoteRevisions(uow),
        note_notebook=NoteNotebook(uow, entries),
        issue_download_url=IssueDownloadUrl(uow, store.urls, _now, settings.url_lifetime_seconds),
        get_text=GetText(uow),
        get_preview=GetPreview(uow, _door_urls(settings), _now, settings.url_lifetime_seconds),
        jobs=JobStarter(engine, "services.storage.jobs"),
        engine=engine,
    )


def assemble_jobs() -> JobHouse:
    """Read the settings and build what the job process needs."""
    settings = JobSettings.load()
    engine = open_engine(settings.database, application_name="storage-jobs")
    store = open_store(settings.store_room)
    reader = ChildReader(settings.read_memory_bytes, settings.read_cpu_seconds, settings.read_wall_seconds)
    read_file = ReadFile(partial(PostgresUnitOfWork, engine), store.blobs, reader, _now, settings.read_largest_bytes)
    return JobHouse(read_file, engine)


def assemble_comparison() -> Comparison:
    """Read the settings and build what an operator's comparison needs."""
    settings = ComparisonSettings.load()
    engine = open_engine(settings.database, application_name="storage-comparison")
    compare = CompareStore(partial(PostgresUnitOfWork, engine), open_store(settings.store_room).blobs)
    return Comparison(compare, engine)


def build_door(settings: DoorSettings) -> Door:
    """Build the door from settings."""
    engine = open_engine(settings.database, application_name="storage-door")
    uow = partial(PostgresUnitOfWork, engine)
    store = open_store(settings.store_room)
    pace, rest = Pace(settings.scrub_bytes_per_second), timedelta(hours=settings.scrub_rest_hours)
    scrub = Scrub(uow, store.blobs, _now, pace, rest)
    return Door(
        receive_part=ReceivePart(uow, store.parts) if store.parts else None,
        open_blob=OpenBlob(store.blobs),
        open_preview=OpenPreview(uow),
        expire_uploads=ExpireUploads(uow, store.incoming, store.blobs, _now),
        scrub=scrub,
        lock_blobs=LockBlobs(uow, store.blobs, _now, scrub, timedelta(days=settings.retention_days)),
        apply_holds=ApplyHolds(uow, store.blobs, scrub),
        store=store.blobs,
        engine=engine,
    )


def open_store(settings: StoreSettings, *, green: bool = False) -> Store:
    """Open the store the settings name; ``green`` in a patched process."""
    return _open_s3(settings, green=green) if settings.store == "s3" else _open_directory(settings, green=green)


def _door_urls(settings: StoreSettings) -> DoorUrls:
    """Return who signs URLs of our own door; previews are always shown by it."""
    return DoorUrls(settings.door_url.rstrip("/"), settings.key)


def _open_directory(settings: StoreSettings, *, green: bool) -> Store:
    incoming: PartFiles = DirectoryIncoming(settings.store_dir)
    blobs: BlobStore = DirectoryStore(settings.store_dir, reserve_bytes=settings.reserve_bytes)
    if green:
        # Disk work in native threads: a slow fsync must not hold up every other green thread of the process.
        from eventlet import tpool

        incoming, blobs = cast("PartFiles", tpool.Proxy(incoming)), cast("BlobStore", tpool.Proxy(blobs))
    return Store(incoming, blobs, _door_urls(settings), parts=incoming)


def _open_s3(settings: StoreSettings, *, green: bool) -> Store:
    # Only who uses it pays for it: boto3 takes some thirty megabytes.
    from services.storage.store.s3.blobs import S3Store
    from services.storage.store.s3.bucket import Access, Bucket, connect
    from services.storage.store.s3.incoming import S3Incoming
    from services.storage.store.s3.readings import Readings
    from services.storage.store.s3.urls import S3Urls

    access = Access(
        settings.s3_url, settings.s3_region, settings.s3_access_key.get_secret_value(),
        settings.s3_secret_key.get_secret_value(),
    )  # fmt: skip
    bucket = Bucket(connect(access), settings.s3_bucket, settings.s3_prefix)
    outside = connect(replace(access, url=settings.s3_public_url or settings.s3_url))
    blobs = S3Store(bucket, mode=settings.s3_lock_mode)
    readings = Readings(patience_seconds=_READING_PATIENCE_SECONDS)
    incoming = S3Incoming(bucket, blobs, readings, add=_add_in_thread if green else DigestPass.update)
    return Store(incoming, blobs, S3Urls(replace(bucket, client=outside)))


def _add_in_thread(digests: DigestPass, piece: bytes) -> None:
    """Hash in a native thread: sockets are green, hashing would hold up everybody."""
    from eventlet import tpool

    tpool.execute(digests.update, piece)


def _now() -> datetime:
    return datetime.now(UTC)


def _new_id() -> str:
    return str(uuid7())
