"""Send bytes through the door and get them back."""

import hashlib
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

import httpx
import pytest
from sqlalchemy import text

from contracts.errors import Invalid, NotFound
from contracts.identifiers import PersonId, Sha256
from services.storage.domain.upload import Owner, Upload
from services.storage.ports import Cause
from services.storage.use_cases.create_upload import Wish
from services.storage.use_cases.plan_upload import Plan
from tests.builders.running_storage import RunningStorage

MIB = 1024 * 1024
CURIE = Owner("gateway", PersonId("0192aaaa-0000-7000-8000-000000000001"))
JOLIOT = Owner("gateway", PersonId("0192aaaa-0000-7000-8000-000000000002"))


def digest(data: bytes) -> Sha256:
    """Return the SHA-256 of ``data``."""
    return Sha256(hashlib.sha256(data).hexdigest())


def plan_for(storage: RunningStorage, data: bytes, *, name: str = "mesures.csv", sha256: Sha256 | None = None) -> Plan:
    """Plan an upload of ``data`` by Curie."""
    return storage.house.create_upload(Wish(name, "text/csv", len(data), sha256), asker=CURIE)


def send(plan: Plan, data: bytes, *, numbers: set[int] | None = None) -> list[httpx.Response]:
    """PUT the parts that are wanted."""
    return [
        httpx.put(p.url, content=data[p.part.offset : p.part.offset + p.part.size_bytes])
        for p in plan.parts
        if not p.received and (numbers is None or p.part.number in numbers)
    ]


def complete(storage: RunningStorage, plan: Plan, *, claimed: Sha256 | None = None) -> Upload:
    """Complete an upload of Curie's."""
    return storage.house.complete_upload(plan.upload.id, asker=CURIE, cause=Cause(), claimed=claimed)


def stored(storage: RunningStorage, data: bytes) -> str:
    """Upload ``data`` and return a URL to download it from."""
    plan = plan_for(storage, data)
    assert {answer.status_code for answer in send(plan, data)} == {204}
    complete(storage, plan)
    return storage.house.issue_download_url(digest(data), name="mesures é.csv", media_type="text/csv").url


def resident_bytes(pid: int) -> int:
    """Return the peak resident memory of a process."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) * 1024


@pytest.mark.parametrize("size", [0, 1, 70_000, 40 * MIB + 3])
def test_bytes_come_back_as_they_were_sent(storage: RunningStorage, size: int) -> None:
    """Whatever the size, what is downloaded is what was uploaded, and both digests are right."""
    data = os.urandom(size)
    plan = plan_for(storage, data, sha256=digest(data))
    answers = send(plan, data)
    finished = complete(storage, plan, claimed=digest(data))
    url = storage.house.issue_download_url(digest(data), name="mesures.csv", media_type="text/csv").url

    assert {answer.status_code for answer in answers} == {204}
    assert len(plan.parts) == (1 if size <= 32 * MIB else 6)
    assert finished.digests is not None
    assert finished.digests.sha512 == hashlib.sha512(data).hexdigest()
    assert httpx.get(url).content == data
    assert [path.name for path in storage.blobs()] == [digest(data)]
    assert storage.incoming() == []


def test_parts_may_come_in_any_order_and_again(storage: RunningStorage) -> None:
    """The digest is of the file, not of the order its parts came in."""
    data = os.urandom(40 * MIB)
    plan = plan_for(storage, data)
    for number in (3, 1, 5, 2, 2, 4):
        assert send(plan, data, numbers={number})[0].status_code == 204

    assert complete(storage, plan).digests is not None
    assert [path.name for path in storage.blobs()] == [digest(data)]


def test_a_part_that_came_never_changes(storage: RunningStorage) -> None:
    """A repeat with other bytes is refused, and what was durable stays."""
    data = os.urandom(40 * MIB)
    plan = plan_for(storage, data)
    send(plan, data, numbers={1})
    other = httpx.put(plan.parts[0].url, content=os.urandom(plan.parts[0].part.size_bytes))
    send(plan, data, numbers={2, 3, 4, 5})
    complete(storage, plan)

    assert other.status_code == 409
    assert [path.name for path in storage.blobs()] == [digest(data)]


def test_a_broken_upload_resumes_from_the_parts_that_are_there(storage: RunningStorage) -> None:
    """After a crash of the door in the middle of a part, only what is missing is sent again."""
    data = os.urandom(40 * MIB)
    plan = plan_for(storage, data)
    send(plan, data, numbers={1, 2})
    with half_sent(storage, plan.parts[2].url, data[16 * MIB : 20 * MIB], plan.parts[2].part.size_bytes):
        storage.kill_door()
    storage.open_door()
    again = storage.house.get_upload(plan.upload.id, asker=CURIE)
    send(again, data)
    complete(storage, again, claimed=digest(data))

    assert [planned.received for planned in again.parts] == [True, True, False, False, False]
    assert [path.name for path in storage.blobs()] == [digest(data)]


def test_the_door_dies_in_the_middle_of_a_part_and_no_half_blob_is_left(storage: RunningStorage) -> None:
    """Half of a file never gets a name among the blobs."""
    data = os.urandom(8 * MIB)
    plan = plan_for(storage, data)
    with half_sent(storage, plan.parts[0].url, data[: 4 * MIB], len(data)):
        storage.kill_door()
    storage.open_door()

    with pytest.raises(Invalid) as refused:
        complete(storage, plan)
    assert [field.name for field in refused.value.fields] == ["parts"]
    assert storage.blobs() == []


def test_a_wrong_digest_is_refused_and_nothing_is_kept(storage: RunningStorage) -> None:
    """Bytes that are not what the client meant do not stay."""
    data = b"pH 7.4"
    plan = plan_for(storage, data)
    send(plan, data)

    with pytest.raises(Invalid) as refused:
        complete(storage, plan, claimed=digest(b"pH 7.5"))
    assert [field.name for field in refused.value.fields] == ["sha256"]
    assert storage.blobs() == storage.incoming() == []
    with pytest.raises(NotFound):
        complete(storage, plan)


@pytest.mark.parametrize("body", [b"pH 7.", b"pH 7.45"])
def test_a_part_of_another_length_is_refused(storage: RunningStorage, body: bytes) -> None:
    """Short and long parts get a problem that says how many bytes to send, and leave nothing."""
    plan = plan_for(storage, b"pH 7.4")
    answer = httpx.put(plan.parts[0].url, content=body)

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["remedy"] == "send 6 bytes"
    assert storage.incoming() == []


def test_a_connection_that_breaks_leaves_nothing(storage: RunningStorage) -> None:
    """The half that came is removed once the client is gone."""
    data = os.urandom(4 * MIB)
    plan = plan_for(storage, data)
    with half_sent(storage, plan.parts[0].url, data[: 2 * MIB], len(data)):
        assert len(storage.incoming()) == 1

    deadline = time.monotonic() + 10
    while storage.incoming() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert storage.incoming() == []


def test_an_altered_or_expired_url_opens_nothing(storage: RunningStorage) -> None:
    """One letter of a URL changed, or a URL of another method, is a 403."""
    data = b"pH 7.4"
    url = stored(storage, data)
    altered = url[:-2] + ("AA" if url[-2:] != "AA" else "BB")
    plan = plan_for(storage, data)

    assert httpx.get(altered).json()["reason"] == "url_altered"
    assert httpx.get(plan.parts[0].url.replace("/parts/", "/blobs/")).json()["reason"] == "url_for_other_method"
    assert httpx.put(url.replace("/blobs/", "/parts/"), content=data).status_code == 403
    assert httpx.get(url.rpartition("/")[0] + f"/{digest(data)}").status_code == 403


def test_another_persons_upload_looks_as_if_it_were_not_there(storage: RunningStorage) -> None:
    """Knowing an id is worth nothing."""
    data = b"pH 7.4"
    plan = plan_for(storage, data)
    send(plan, data)

    with pytest.raises(NotFound):
        storage.house.get_upload(plan.upload.id, asker=JOLIOT)
    with pytest.raises(NotFound):
        storage.house.complete_upload(plan.upload.id, asker=JOLIOT, cause=Cause())
    with pytest.raises(NotFound):
        storage.house.discard_upload(plan.upload.id, asker=JOLIOT)


def test_a_download_is_never_shown_by_the_browser(storage: RunningStorage) -> None:
    """Every answer is an attachment with a strict policy and the digest as its tag."""
    data = b"<script>alert(1)</script>"
    answer = httpx.get(stored(storage, data))

    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''mesures%20%C3%A9.csv"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["etag"] == f'"{digest(data)}"'


@pytest.mark.parametrize(("origin", "allowed"), [("http://localhost:8080", True), ("http://evil.example", False)])
def test_only_the_web_app_may_send_parts_from_a_browser(storage: RunningStorage, origin: str, allowed: bool) -> None:
    """A page of another site is told nothing; ours may send a part and read what was answered (Fetch standard, CORS)."""
    plan = plan_for(storage, b"pH 7.4")
    asked = {"Origin": origin, "Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "content-type"}
    preflight = httpx.options(plan.parts[0].url, headers=asked)
    sent = httpx.put(plan.parts[0].url, content=b"pH 7.4", headers={"Origin": origin})

    assert (preflight.status_code, sent.status_code) == (200 if allowed else 400, 204)
    for answer in (preflight, sent):
        assert (answer.headers.get("access-control-allow-origin") == origin) is allowed


@pytest.mark.parametrize(
    ("asked", "status", "body", "said"),
    [
        ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
        ("bytes=7-", 206, b"789", "bytes 7-9/10"),
        ("bytes=-2", 206, b"89", "bytes 8-9/10"),
        ("bytes=5-99", 206, b"56789", "bytes 5-9/10"),
        ("bytes=10-", 416, b"", "bytes */10"),
        ("bytes=0-1,4-5", 200, b"0123456789", None),
    ],
)
def test_one_range_can_be_asked_for(
    storage: RunningStorage, asked: str, status: int, body: bytes, said: str | None
) -> None:
    """A broken download goes on where it stopped (RFC 9110 §14)."""
    answer = httpx.get(stored(storage, b"0123456789"), headers={"Range": asked})

    assert (answer.status_code, answer.content, answer.headers.get("content-range")) == (status, body, said)


def test_a_confirmed_blob_is_announced_once(storage: RunningStorage) -> None:
    """Completing twice returns the same and publishes one event, in the commit that confirmed."""
    data = b"pH 7.4"
    plan = plan_for(storage, data)
    send(plan, data)
    first, second = complete(storage, plan), complete(storage, plan)

    assert first == second
    with storage.house.engine.connect() as connection:
        rows = connection.execute(text("SELECT type, payload ->> 'sha256' FROM outbox")).all()
    assert [tuple(row) for row in rows] == [("BlobConfirmed", digest(data))]


def test_bytes_named_twice_outlive_the_first_to_go(storage: RunningStorage) -> None:
    """A file is deleted when the last upload that names it goes, not before."""
    data = b"pH 7.4"
    plans = [plan_for(storage, data), plan_for(storage, data)]
    for plan in plans:
        send(plan, data)
        complete(storage, plan)

    storage.house.discard_upload(plans[0].upload.id, asker=CURIE)
    assert [path.name for path in storage.blobs()] == [digest(data)]
    storage.house.discard_upload(plans[1].upload.id, asker=CURIE)
    storage.house.discard_upload(plans[1].upload.id, asker=CURIE)
    assert storage.blobs() == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a disk of 6 MiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)], check=False, capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip("a small disk cannot be mounted: run the tests as root, where mount is allowed")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_a_507_and_nothing_is_half_written(
    start_storage: Callable[[Path], RunningStorage], small_disk: Path
) -> None:
    """Two uploads that fit alone do not fit together: the second is refused, the first is whole."""
    storage = start_storage(small_disk)
    first, second = os.urandom(4 * MIB), os.urandom(4 * MIB)
    plans = [plan_for(storage, first), plan_for(storage, second)]
    answers = [*send(plans[0], first), *send(plans[1], second)]
    complete(storage, plans[0])

    assert [answer.status_code for answer in answers] == [204, 507]
    assert answers[1].json()["type"].endswith("storage_full")
    assert [path.name for path in storage.blobs()] == [digest(first)]
    assert storage.incoming() == []
    storage.close_door()


def test_memory_does_not_grow_with_the_file(storage: RunningStorage) -> None:
    """200 MB pass in and out within 32 MiB more than the first small file took."""
    stored(storage, b"warm up")
    before = resident_bytes(storage.door.pid)
    data = os.urandom(200 * 1000 * 1000)
    url = stored(storage, data)
    received = hashlib.sha256()
    with httpx.stream("GET", url) as answer:
        for piece in answer.iter_bytes():
            received.update(piece)

    assert received.hexdigest() == digest(data)
    assert resident_bytes(storage.door.pid) - before < 32 * MIB


def half_sent(storage: RunningStorage, url: str, data: bytes, size_bytes: int) -> "HalfSent":
    """Send the beginning of a body and hold the line."""
    return HalfSent(storage, url, data, size_bytes)


class HalfSent:
    """A connection that says ``size_bytes`` and sends fewer."""

    def __init__(self, storage: RunningStorage, url: str, data: bytes, size_bytes: int) -> None:
        self._storage = storage
        self._line = socket.create_connection(("127.0.0.1", storage.door_port))
        path = "/" + url.split("/", 3)[3]
        head = f"PUT {path} HTTP/1.1\r\nHost: door\r\nContent-Length: {size_bytes}\r\n\r\n"
        self._line.sendall(head.encode() + data)

    def __enter__(self) -> Self:
        """Return once the door wrote something."""
        deadline = time.monotonic() + 10
        while not any(path.stat().st_size for path in self._storage.incoming()) and time.monotonic() < deadline:
            time.sleep(0.02)
        return self

    def __exit__(self, *_: object) -> None:
        """Break the connection."""
        self._line.close()
