"""Bytes of an import travel by signed URL, in parts, and what the door says is translated."""

import hashlib
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from contracts.envelope import Call, Done
from contracts.errors import NotFound, StorageFull, Unavailable
from contracts.identifiers import PersonId, Sha256, Sha512, UploadId
from contracts.storage import calls as storage
from services.entries.adapters.import_files import StorageImportFiles
from services.entries.domain.imports import PlannedFile

CONTENT = bytes(range(256)) * 50
NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Bus:
    """A bus on which storage answers as its contract says, with parts of five thousand bytes."""

    def __init__(self) -> None:
        self.calls: list[Call] = []

    def call(self, call: Call, *, on_behalf_of: PersonId | None = None, timeout_seconds: float = 2.0) -> Any:
        """Answer."""
        self.calls.append(call)
        digest = Sha256(hashlib.sha256(CONTENT).hexdigest())
        blob = storage.Blob(
            sha256=digest, sha512=Sha512("f" * 128), size_bytes=len(CONTENT), media_type="x/y", name="n", upload=UploadId("u")
        )  # fmt: skip
        match call:
            case storage.CreateUpload():
                parts = tuple(
                    storage.UploadPart(
                        number=n, offset=at, size_bytes=min(5000, call.size_bytes - at), url=f"http://door/{n}"
                    )
                    for n, at in enumerate(range(0, call.size_bytes, 5000))
                )
                return storage.UploadPlan(
                    id=UploadId("u"), name=call.name, media_type=call.media_type, size_bytes=call.size_bytes, parts=parts,
                    expires_at=NOW,
                )  # fmt: skip
            case storage.ResolveUploads():
                return storage.BlobList(items=(blob,))
            case storage.IssueDownloadUrl():
                return storage.SignedUrl(url="http://door/get", expires_at=NOW, size_bytes=len(CONTENT))
            case storage.CompleteUpload():
                return blob
            case storage.DiscardUpload():
                raise NotFound(kind="upload")
        return Done()


def files(bus: Bus, answer: Any) -> StorageImportFiles:
    """Return the adapter before a door that answers so."""
    return StorageImportFiles(bus, httpx.Client(transport=httpx.MockTransport(answer)))


PLANNED = PlannedFile("gel.png", "p", "image/png", len(CONTENT), Sha256(hashlib.sha256(CONTENT).hexdigest()))


def test_a_file_is_sent_in_its_parts_with_exact_lengths() -> None:
    """The door refuses a part whose length is not the planned one."""
    received: dict[str, bytes] = {}

    def door(request: httpx.Request) -> httpx.Response:
        received[request.url.path] = request.read()
        assert request.headers["Content-Length"] == str(len(received[request.url.path]))
        assert "Transfer-Encoding" not in request.headers
        return httpx.Response(204)

    bus = Bus()
    stored = files(bus, door).store(io.BytesIO(CONTENT), PLANNED, purpose="import:1")

    assert b"".join(received[path] for path in sorted(received)) == CONTENT
    assert stored.upload == "u"
    assert isinstance(bus.calls[-1], storage.CompleteUpload)
    assert bus.calls[-1].tentative
    assert bus.calls[-1].sha256 == PLANNED.sha256


def test_a_full_disk_at_the_door_is_storage_full() -> None:
    """The import waits and tries again; the person reads 507."""
    with pytest.raises(StorageFull):
        files(Bus(), lambda _: httpx.Response(507)).store(io.BytesIO(CONTENT), PLANNED, purpose="x")


def test_an_archive_is_fetched_and_hashed_on_the_way(tmp_path: Path) -> None:
    """The digest is that of the bytes that arrived."""
    target = tmp_path / "a"
    digest = files(Bus(), lambda _: httpx.Response(200, content=CONTENT)).fetch(
        UploadId("u"), owner=PersonId("p"), to=target
    )

    assert target.read_bytes() == CONTENT
    assert digest == PLANNED.sha256


@pytest.mark.parametrize(
    "answer", [httpx.Response(200, content=CONTENT[:-1]), httpx.Response(403), httpx.Response(500)]
)
def test_bytes_cut_short_or_refused_are_asked_for_again(tmp_path: Path, answer: httpx.Response) -> None:
    """A transfer that broke is no fault of the archive."""
    with pytest.raises(Unavailable):
        files(Bus(), lambda _: answer).fetch(UploadId("u"), owner=PersonId("p"), to=tmp_path / "a")


def test_a_door_that_does_not_answer_is_unavailable(tmp_path: Path) -> None:
    """The job is tried again later."""

    def silent(_request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no door")

    with pytest.raises(Unavailable):
        files(Bus(), silent).fetch(UploadId("u"), owner=PersonId("p"), to=tmp_path / "a")
    with pytest.raises(Unavailable):
        files(Bus(), silent).store(io.BytesIO(CONTENT), PLANNED, purpose="x")


def test_an_upload_that_is_gone_is_discarded_already() -> None:
    """A refusal may be cleaned up twice."""
    files(Bus(), lambda _: httpx.Response(204)).discard(UploadId("u"), owner=PersonId("p"))
