"""Assemble the house of storage, and the door."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import cast

from sqlalchemy import Engine
from uuid_utils import uuid7

from chassis.database import open_engine
from chassis.jobs import JobStarter
from services.storage.adapters.reading.process import ChildReader
from services.storage.ports import BlobStore, IncomingBytes
from services.storage.settings import DoorSettings, JobSettings, StorageSettings, StoreSettings
from services.storage.store.directory import DirectoryStore
from services.storage.store.incoming import DirectoryIncoming
from services.storage.store.unit_of_work import PostgresUnitOfWork
from services.storage.store.urls import DoorUrls
from services.storage.use_cases.complete_upload import CompleteUpload
from services.storage.use_cases.create_upload import CreateUpload
from services.storage.use_cases.discard_purpose import DiscardPurpose
from services.storage.use_cases.discard_upload import DiscardUpload
from services.storage.use_cases.expire_uploads import ExpireUploads
from services.storage.use_cases.get_preview import GetPreview, OpenPreview
from services.storage.use_cases.get_text import GetText
from services.storage.use_cases.get_upload import GetUpload
from services.storage.use_cases.issue_download_url import IssueDownloadUrl
from services.storage.use_cases.keep_uploads import KeepUploads
from services.storage.use_cases.open_blob import OpenBlob
from services.storage.use_cases.plan_upload import PlanUpload
from services.storage.use_cases.read_file import ReadFile
from services.storage.use_cases.receive_part import ReceivePart
from services.storage.use_cases.resolve_uploads import ResolveUploads


@dataclass(frozen=True, slots=True)
class House:
    """What the bus edge of storage calls."""

    create_upload: CreateUpload
    get_upload: GetUpload
    complete_upload: CompleteUpload
    discard_upload: DiscardUpload
    discard_purpose: DiscardPurpose
    resolve_uploads: ResolveUploads
    keep_uploads: KeepUploads
    issue_download_url: IssueDownloadUrl
    get_text: GetText
    get_preview: GetPreview
    jobs: JobStarter
    engine: Engine

    def started(self) -> None:
        """See that waiting files are read."""
        self.jobs.start_watching()

    def close(self) -> None:
        """Let go of the job process and the database."""
        self.jobs.close()
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
class Door:
    """What the HTTP door calls."""

    receive_part: ReceivePart
    open_blob: OpenBlob
    open_preview: OpenPreview
    expire_uploads: ExpireUploads
    store_dir: Path
    engine: Engine

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()


def assemble() -> House:
    """Read the settings and build the house."""
    settings = StorageSettings.load()
    engine = open_engine(settings.database, application_name="storage")
    return build_house(engine, settings.store_room, *_green(*open_store(settings.store_room)))


def build_house(engine: Engine, settings: StoreSettings, incoming: IncomingBytes, store: BlobStore) -> House:
    """Build the house around a database and a store."""
    uow = partial(PostgresUnitOfWork, engine)
    urls = DoorUrls(settings.door_url.rstrip("/"), settings.key)
    plan = PlanUpload(urls, _now, settings.url_lifetime_seconds)
    discard = DiscardUpload(uow, incoming, store)
    return House(
        create_upload=CreateUpload(uow, store, plan, _now, _new_id, settings.upload_lifetime_hours),
        get_upload=GetUpload(uow, plan),
        complete_upload=CompleteUpload(uow, incoming, store, _now),
        discard_upload=discard,
        discard_purpose=DiscardPurpose(uow, discard),
        resolve_uploads=ResolveUploads(uow),
        keep_uploads=KeepUploads(uow),
        issue_download_url=IssueDownloadUrl(uow, urls, _now, settings.url_lifetime_seconds),
        get_text=GetText(uow),
        get_preview=GetPreview(uow, urls, _now, settings.url_lifetime_seconds),
        jobs=JobStarter(engine, "services.storage.jobs"),
        engine=engine,
    )


def assemble_jobs() -> JobHouse:
    """Read the settings and build what the job process needs."""
    settings = JobSettings.load()
    engine = open_engine(settings.database, application_name="storage-jobs")
    _, store = open_store(settings.store_room)
    reader = ChildReader(settings.read_memory_bytes, settings.read_cpu_seconds, settings.read_wall_seconds)
    read_file = ReadFile(partial(PostgresUnitOfWork, engine), store, reader, _now, settings.read_largest_bytes)
    return JobHouse(read_file, engine)


def build_door(settings: DoorSettings) -> Door:
    """Build the door from settings."""
    engine = open_engine(settings.database, application_name="storage-door")
    uow = partial(PostgresUnitOfWork, engine)
    incoming, store = open_store(settings.store_room)
    return Door(
        receive_part=ReceivePart(uow, incoming),
        open_blob=OpenBlob(store),
        open_preview=OpenPreview(uow),
        expire_uploads=ExpireUploads(uow, incoming, store, _now),
        store_dir=settings.store_room.store_dir,
        engine=engine,
    )


def open_store(settings: StoreSettings) -> tuple[DirectoryIncoming, DirectoryStore]:
    """Open the directory store, and make its folders."""
    return DirectoryIncoming(settings.store_dir), DirectoryStore(
        settings.store_dir, reserve_bytes=settings.reserve_bytes
    )


def _green(incoming: DirectoryIncoming, store: DirectoryStore) -> tuple[IncomingBytes, BlobStore]:
    """Do disk work in native threads: a slow fsync must not hold up every other green thread of the process."""
    from eventlet import tpool

    return cast("IncomingBytes", tpool.Proxy(incoming)), cast("BlobStore", tpool.Proxy(store))


def _now() -> datetime:
    return datetime.now(UTC)


def _new_id() -> str:
    return str(uuid7())
