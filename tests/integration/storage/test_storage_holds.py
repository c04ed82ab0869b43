"""Holds and the care of blobs on the real database and the directory store."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from chassis.database import open_engine
from chassis.settings import DatabaseSettings
from contracts.errors import Sealed
from contracts.identifiers import NotebookId
from services.storage.domain.upload import Owner
from services.storage.ports import BlobRef, Cause
from services.storage.settings import StoreSettings
from services.storage.store.unit_of_work import PostgresUnitOfWork
from services.storage.use_cases.apply_holds import ApplyHolds
from services.storage.use_cases.compare_store import CompareStore, Difference
from services.storage.use_cases.create_upload import Wish
from services.storage.use_cases.expire_uploads import ExpireUploads
from services.storage.use_cases.holds import Asked
from services.storage.use_cases.lock_blobs import LockBlobs
from services.storage.use_cases.receive_part import ReceivePart
from services.storage.use_cases.scrub import Scrub
from services.storage.wiring import House, Store, build_house, open_store
from tests.builders.storage import ARCHIVIST, CURIE, ENTRIES, ArchiveDouble, digest
from tests.fakes.storage import StandingClock

DATA = b"pH 7.4"
NOTEBOOK = NotebookId("notebook-1")


class Archive:
    """A house on a real database and folder, with what its door does in the background."""

    def __init__(self, house: House, store: Store) -> None:
        self.house, self.store, self.clock = house, store, StandingClock()
        uow = partial(PostgresUnitOfWork, house.engine)
        self.receive = ReceivePart(uow, store.parts)
        self.scrub = Scrub(uow, store.blobs, self.clock, lambda _: None, timedelta(days=1))
        self.lock = LockBlobs(uow, store.blobs, self.clock, self.scrub, timedelta(days=3650))
        self.apply = ApplyHolds(uow, store.blobs, self.scrub)
        self.expire = ExpireUploads(uow, store.incoming, store.blobs, self.clock)
        self.compare = CompareStore(uow, store.blobs)

    def finished(self, data: bytes, *, asker: Owner = CURIE) -> Any:
        """Upload ``data`` to the end."""
        plan = self.house.create_upload(Wish("mesures.csv", "text/csv", len(data)), asker=asker)
        reception = self.receive(plan.upload.id, 1)
        reception.write(memoryview(data))
        reception.finish()
        reception.close()
        return self.house.complete_upload(plan.upload.id, asker=asker, cause=Cause())


@pytest.fixture
def archive(house_database: Callable[[str], dict[str, Any]], tmp_path: Path) -> Iterator[Archive]:
    """A fresh archive."""
    engine = open_engine(DatabaseSettings(**house_database("storage")), application_name="test-holds")
    settings = StoreSettings(store_dir=tmp_path, door_url="http://door", url_key="0" * 64, reserve_bytes=0)
    store = open_store(settings)
    archive = Archive(build_house(engine, settings, store, ArchiveDouble(notebooks={"unit-1": (NOTEBOOK,)})), store)
    yield archive
    archive.house.close()


def test_holds_of_each_kind_lock_and_free_what_they_reach(archive: Archive) -> None:
    """By person, notebook and unit; each is counted, locked in the store, and freed when the last is lifted."""
    upload = archive.finished(DATA)
    archive.house.note_revisions([(NOTEBOOK, [digest(DATA)])])
    asked = [("person", str(CURIE.person)), ("notebook", NOTEBOOK), ("unit", "unit-1")]
    placed = [
        archive.house.place_hold(Asked(scope, subject, "procédure"), asker=ARCHIVIST, cause=Cause()).hold
        for scope, subject in asked
    ]
    applied = [archive.apply(), archive.apply()]
    shown = archive.house.list_holds(after=None, limit=10, asker=ARCHIVIST)

    archive.finished(b"sent under the hold")
    later = archive.apply()

    assert (applied, later) == ([True, False], True)
    assert [(one.hold.scope, one.files, one.locked) for one in shown] == [
        ("unit", 1, 1), ("notebook", 1, 1), ("person", 1, 1),
    ]  # fmt: skip
    with pytest.raises(Sealed):
        archive.house.discard_upload(upload.id, asker=CURIE)
    freed = []
    for hold in placed:
        archive.house.lift_hold(hold.id, reason="fin", asker=ARCHIVIST, cause=Cause())
        archive.apply()
        freed.append(archive.store.blobs.lock_of(BlobRef(digest(DATA), len(DATA))).held)
    assert freed == [True, True, False]


def test_the_sweep_takes_only_what_nothing_keeps(archive: Archive) -> None:
    """A week after it came, and never what a revision names, a held person sent, or a house sent."""
    loose = archive.finished(b"loose", asker=ARCHIVIST)
    for data, asker in ((b"named", CURIE), (b"crate", ENTRIES)):
        archive.finished(data, asker=asker)
    archive.house.note_revisions([(NOTEBOOK, [digest(b"named")])])
    archive.clock.now = loose.created_at + timedelta(days=8)
    archive.expire()

    assert {each.sha256 for each in archive.store.blobs.everything()} == {digest(b"named"), digest(b"crate")}


def test_scrubbing_and_locking_go_by_the_rows(archive: Archive) -> None:
    """Each blob has its turn, damage is written down and announced once, what is kept for good is locked."""
    own = archive.finished(b"crate", asker=ENTRIES)
    archive.finished(DATA)
    archive.clock.now = own.created_at + timedelta(seconds=1)
    turns = [archive.scrub() for _ in range(3)]
    locked = [archive.lock(), archive.lock()]
    clean = list(archive.compare())
    for blob in list(archive.store.blobs.everything()):
        if blob.sha256 == digest(DATA):
            archive.store.blobs.remove(blob)
    archive.clock.pass_time(days=2)
    while archive.scrub():
        pass
    with archive.house.engine.connect() as connection:
        alarms = connection.exec_driver_sql("SELECT count(*) FROM outbox WHERE type = 'IntegrityBroken'").scalar()

    assert (turns, locked, clean, alarms) == ([True, True, False], [True, False], [], 1)
    assert list(archive.compare()) == [Difference("missing", digest(DATA))]
