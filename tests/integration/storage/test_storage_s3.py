"""The house on a real database and a real S3: uploads go on after everything that can die has died."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from chassis.database import open_engine
from chassis.settings import DatabaseSettings
from contracts.errors import Invalid, NotFound, Unavailable
from services.storage.ports import Cause
from services.storage.settings import StoreSettings
from services.storage.store.unit_of_work import PostgresUnitOfWork
from services.storage.use_cases.compare_store import CompareStore
from services.storage.use_cases.create_upload import Wish
from services.storage.use_cases.expire_uploads import ExpireUploads
from services.storage.use_cases.plan_upload import Plan
from services.storage.wiring import House, build_house, open_store
from tests.builders.storage import CURIE, JOLIOT, ArchiveDouble, digest
from tests.builders.stores import digests_of, s3_settings
from tests.fakes.storage import StandingClock
from tests.integration.storage.dying import MOMENTS
from tests.servers.running import S3Server

ROOT = Path(__file__).parents[3]
MIB = 1024 * 1024
LARGE = os.urandom(40 * MIB)


class Running:
    """A house on S3, and what tests must know of it."""

    def __init__(self, database: dict[str, Any], settings: StoreSettings) -> None:
        self.database, self.settings, self.clock = database, settings, StandingClock()
        self.engine = open_engine(DatabaseSettings(**database), application_name="test-s3")
        self.store = open_store(settings)
        self.house: House = build_house(self.engine, settings, self.store, ArchiveDouble())
        self.uow = partial(PostgresUnitOfWork, self.engine)

    def plan(self, data: bytes, **more: Any) -> Plan:
        """Plan an upload of Curie's."""
        return self.house.create_upload(Wish("mesures.bin", "image/tiff", len(data), **more), asker=CURIE)

    def send(self, plan: Plan, data: bytes, *numbers: int) -> None:
        """PUT the parts that are wanted straight to S3."""
        for planned in plan.parts:
            if not planned.received and (not numbers or planned.part.number in numbers):
                piece = data[planned.part.offset : planned.part.offset + planned.part.size_bytes]
                answer = httpx.put(planned.url, content=piece, headers=dict(planned.headers), timeout=60)
                assert answer.status_code == 200, answer.text

    def complete(self, plan: Plan, **more: Any) -> Any:
        """Complete, as often as it takes to be read back."""
        while True:
            try:
                return self.house.complete_upload(plan.upload.id, asker=CURIE, cause=Cause(), **more)
            except Unavailable as error:
                if error.detail.get("reason") != "checking":
                    raise

    def differences(self) -> list[Any]:
        """Compare rows and bucket."""
        return list(CompareStore(self.uow, self.store.blobs)())

    def confirmed(self) -> list[str]:
        """Return the digests that were announced."""
        query = "SELECT payload ->> 'sha256' FROM outbox WHERE type = 'BlobConfirmed'"
        with self.engine.connect() as connection:
            return list(connection.exec_driver_sql(query).scalars())


@pytest.fixture
def running(house_database: Callable[[str], dict[str, Any]], s3_server: S3Server, tmp_path: Path) -> Iterator[Running]:
    """A fresh house in a corner of the bucket of its own."""
    running = Running(house_database("storage"), s3_settings(s3_server, tmp_path, mode="GOVERNANCE"))
    yield running
    running.house.close()


@pytest.mark.parametrize("size", [0, 1, 40 * MIB])
def test_bytes_go_straight_to_s3_and_come_back(running: Running, size: int) -> None:
    """The plan has the same shape as the door's; what is downloaded is what was uploaded, once in the bucket."""
    data = LARGE[:size]
    for _ in range(2):
        plan = running.plan(data, sha256=digest(data))
        running.send(plan, data)
        finished = running.complete(plan, claimed=digest(data))
    url = running.house.issue_download_url(digest(data), name="mesures.bin", media_type="image/tiff").url

    assert finished.digests == digests_of(data)
    assert len(plan.parts) == (1 if size <= 32 * MIB else 5)
    assert httpx.get(url, timeout=60).content == data
    assert len(list(running.store.blobs.everything())) == 1
    assert running.differences() == []


def test_wrong_bytes_are_refused_and_nothing_is_kept(running: Running) -> None:
    """A digest that differs, found when the file is read back; missing parts lose nothing."""
    plan = running.plan(LARGE)
    running.send(plan, LARGE, 1, 2)
    with pytest.raises(Invalid):
        running.complete(plan)
    again = running.house.get_upload(plan.upload.id, asker=CURIE)
    running.send(again, LARGE)
    with pytest.raises(Invalid):
        running.complete(plan, claimed=digest(b"other"))

    assert [planned.received for planned in again.parts] == [True, True, False, False, False]
    assert list(running.store.blobs.everything()) == []
    with pytest.raises(NotFound):
        running.house.get_upload(plan.upload.id, asker=JOLIOT)


@pytest.mark.fault
@pytest.mark.parametrize("moment", sorted(MOMENTS))
def test_storage_dies_in_the_middle_of_completing(running: Running, moment: str) -> None:
    """Kill −9 wherever it hurts: the repeat finishes, nothing is lost, nothing is announced twice, nothing is left."""
    plan = running.plan(LARGE)
    running.send(plan, LARGE)
    environment = {f"PAILLASSE_DATABASE_{name.upper()}": str(value) for name, value in running.database.items()}
    for name in ("store", "store_dir", "door_url", "s3_url", "s3_bucket", "s3_prefix", "s3_lock_mode"):
        environment[f"PAILLASSE_{name.upper()}"] = str(getattr(running.settings, name))
    for name in ("url_key", "s3_access_key", "s3_secret_key"):
        environment[f"PAILLASSE_{name.upper()}"] = getattr(running.settings, name).get_secret_value()
    died = subprocess.run(
        [sys.executable, "-m", "tests.integration.storage.dying", moment, plan.upload.id],
        cwd=ROOT, env=os.environ | environment, check=False, timeout=120, capture_output=True,
    )  # fmt: skip
    before = running.confirmed()
    finished = running.complete(plan, claimed=digest(LARGE))

    assert died.returncode == -9, died.stderr.decode()
    assert (before, running.confirmed()) == ([], [digest(LARGE)])
    assert finished.digests == digests_of(LARGE)
    assert running.differences() == []


@pytest.mark.fault
def test_s3_dies_in_the_middle_of_a_part(running: Running, s3_server: S3Server) -> None:
    """Kill −9 of the server: what it acknowledged is there, what it did not is asked for again."""
    if s3_server.process is None:
        pytest.skip("needs a MinIO that may be killed: set PAILLASSE_MINIO to the program")
    plan = running.plan(LARGE)
    running.send(plan, LARGE, 1, 2)
    place = urlsplit(plan.parts[2].url)
    with socket.create_connection((place.hostname, place.port)) as line:
        head = f"PUT {place.path}?{place.query} HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Length: {8 * MIB}\r\n\r\n"
        line.sendall(head.encode() + LARGE[16 * MIB : 20 * MIB])
        s3_server.process.stop(kill=True)
    with pytest.raises(Unavailable):
        running.house.get_upload(plan.upload.id, asker=CURIE)
    s3_server.process.start()
    again = running.house.get_upload(plan.upload.id, asker=CURIE)
    running.send(again, LARGE)

    assert [planned.received for planned in again.parts] == [True, True, False, False, False]
    assert running.complete(again, claimed=digest(LARGE)).digests == digests_of(LARGE)
    assert running.differences() == []


def test_unfinished_and_discarded_uploads_leave_nothing(running: Running) -> None:
    """Parts cost money where they lie: an expired upload, a discarded one and a joined one are all cleared away."""
    half, joined, done = running.plan(LARGE), running.plan(b"joined"), running.plan(b"done")
    running.send(half, LARGE, 1)
    for plan, data in ((joined, b"joined"), (done, b"done")):
        running.send(plan, data)
    assert running.store.incoming.digests(joined.upload) == digests_of(b"joined")
    running.complete(done)
    running.house.discard_upload(done.upload.id, asker=CURIE)
    running.clock.now = done.upload.expires_at
    ExpireUploads(running.uow, running.store.incoming, running.store.blobs, running.clock)()

    assert list(running.store.blobs.everything()) == []
    assert running.store.incoming.untouched_since(done.upload.expires_at) == []
