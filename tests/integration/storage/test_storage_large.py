"""A file of five gibibytes, through the door and straight to S3."""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from contracts.errors import Unavailable
from contracts.identifiers import Sha256
from services.storage.ports import Cause
from services.storage.use_cases.create_upload import Wish
from services.storage.wiring import House
from tests.builders.running_storage import RunningStorage
from tests.builders.storage import CURIE
from tests.builders.stores import s3_settings
from tests.integration.storage.test_storage_s3 import Running

GIB = 1024**3
SIZE = 5 * GIB
# Data directory, joined object and parts: S3 holds a file twice for a moment.
ROOM = 3 * SIZE
pytestmark = [pytest.mark.full, pytest.mark.timeout(1200)]


@pytest.fixture(autouse=True)
def _room(tmp_path: Path) -> None:
    free = shutil.disk_usage(tmp_path).free
    if free < ROOM:
        pytest.skip(f"needs {ROOM // GIB} GiB free where tests write, there are {free // GIB}: set TMPDIR elsewhere")


def send_and_complete(house: House) -> tuple[Any, Sha256]:
    """Send five gibibytes that repeat with another beginning in each part; return what storage made of them."""
    plan = house.create_upload(Wish("acquisition.raw", "application/octet-stream", SIZE), asker=CURIE)
    block = bytearray(os.urandom(plan.parts[0].part.size_bytes))
    seen = hashlib.sha256()
    for planned in plan.parts:
        block[:8] = planned.part.number.to_bytes(8, "big")
        piece = memoryview(block)[: planned.part.size_bytes]
        seen.update(piece)
        with answer_to("PUT", planned.url, body=piece, headers=dict(planned.headers)) as answer:
            assert answer.status in {200, 204}, answer.read()
    digest = Sha256(seen.hexdigest())
    while True:
        try:
            return house.complete_upload(plan.upload.id, asker=CURIE, cause=Cause(), claimed=digest), digest
        except Unavailable as error:
            if error.detail.get("reason") != "checking":
                raise


@contextmanager
def answer_to(method: str, url: str, **more: Any) -> Iterator[HTTPResponse]:
    """Ask with as little client as possible: a comfortable one took half of the test."""
    place = urlsplit(url)
    line = HTTPConnection(place.netloc, timeout=300)
    try:
        line.request(method, f"{place.path}?{place.query}", **more)
        yield line.getresponse()
    finally:
        line.close()


def hash_of(url: str) -> str:
    """Download and hash, without keeping."""
    seen = hashlib.sha256()
    buffer = memoryview(bytearray(1024 * 1024))
    with answer_to("GET", url) as answer:
        while got := answer.readinto(buffer):
            seen.update(buffer[:got])
    return seen.hexdigest()


def test_five_gibibytes_through_the_door(storage: RunningStorage) -> None:
    """A day of a microscope: whole, hashed both ways, within the door's memory."""
    finished, digest = send_and_complete(storage.house)
    url = storage.house.issue_download_url(digest, name="acquisition.raw", media_type="application/octet-stream").url

    assert (finished.digests.sha256, finished.size_bytes) == (digest, SIZE)
    assert hash_of(url) == digest


@pytest.fixture
def running(house_database: Callable[[str], dict[str, Any]], s3_server: Any, tmp_path: Path) -> Iterator[Running]:
    """A house on S3."""
    running = Running(house_database("storage"), s3_settings(s3_server, tmp_path, mode="GOVERNANCE"))
    yield running
    for blob in running.store.blobs.everything():
        running.store.blobs.remove(blob)
    running.house.close()


def test_five_gibibytes_straight_to_s3(running: Running) -> None:
    """The same in S3: the call that completes says to come back until the file is read."""
    finished, digest = send_and_complete(running.house)
    url = running.house.issue_download_url(digest, name="acquisition.raw", media_type="application/octet-stream").url

    assert (finished.digests.sha256, finished.size_bytes) == (digest, SIZE)
    assert hash_of(url) == digest
