"""Move an import's bytes to and from storage: plans over the bus, bytes by signed URL over HTTP."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, Protocol

import httpx

from contracts.envelope import Call
from contracts.errors import NotFound, StorageFull, Unavailable
from contracts.identifiers import PersonId, Sha256, UploadId
from contracts.storage import calls as storage
from services.entries.domain.imports import PlannedFile
from services.entries.ports.imports import TentativeFile

CHUNK: Final = 1024 * 1024
# A part is at most a few MiB on this machine's own wire; a minute without a byte is a broken door.
TIMEOUT: Final = httpx.Timeout(60.0, connect=5.0)
CALL_SECONDS: Final = 20.0
# Syncing a large file to disk happens inside this call.
COMPLETE_SECONDS: Final = 300.0


class Bus(Protocol):
    """What is needed of ``chassis.bus.client.BusClient``."""

    def call(self, call: Call, *, on_behalf_of: PersonId | None = None, timeout_seconds: float = 2.0) -> Any:
        """Return the other house's reply."""


@dataclass(frozen=True, slots=True)
class StorageImportFiles:
    """Storage as an import needs it; safe from several threads."""

    bus: Bus
    http: httpx.Client

    def fetch(self, upload: UploadId, *, owner: PersonId, to: Path) -> Sha256:
        """Write an upload's bytes to a file, hashing them on the way."""
        resolve = storage.ResolveUploads(uploads=(upload,), owner=owner)
        blob = self._call(resolve, on_behalf_of=owner).items[0]
        issue = storage.IssueDownloadUrl(sha256=blob.sha256, name="archive.eln")
        signed = self._call(issue, on_behalf_of=owner)
        digest = hashlib.sha256()
        try:
            with self.http.stream("GET", signed.url) as response, to.open("wb") as file:
                _accepted(response)
                for chunk in response.iter_bytes(CHUNK):
                    digest.update(chunk)
                    file.write(chunk)
        except httpx.HTTPError as error:
            raise Unavailable(machine="storage_door") from error
        if digest.hexdigest() != blob.sha256:
            # Cut short on the way: the same request may succeed.
            raise Unavailable(machine="storage_door", reason="digest_differs")
        return Sha256(digest.hexdigest())

    def store(self, stream: IO[bytes], file: PlannedFile, *, purpose: str) -> TentativeFile:
        """Send bytes as a tentative upload of this house; storage checks the digest pass 1 computed."""
        create = storage.CreateUpload(
            name=file.name, media_type=file.media_type, size_bytes=file.size_bytes, sha256=file.sha256, purpose=purpose
        )
        plan = self._call(create)
        try:
            for part in sorted(plan.parts, key=lambda one: one.offset):
                headers = {"Content-Length": str(part.size_bytes), **part.headers}
                _accepted(self.http.put(part.url, content=_slice(stream, part.size_bytes), headers=headers))
        except httpx.HTTPError as error:
            raise Unavailable(machine="storage_door") from error
        complete = storage.CompleteUpload(upload=plan.id, sha256=file.sha256, tentative=True)
        blob = self._call(complete, timeout_seconds=COMPLETE_SECONDS)
        return TentativeFile(blob.upload, blob.sha256, blob.sha512)

    def keep(self, uploads: Sequence[UploadId]) -> None:
        """Make tentative bytes permanent."""
        if uploads:
            self._call(storage.KeepUploads(uploads=tuple(uploads)))

    def discard_purpose(self, purpose: str) -> None:
        """Drop all tentative bytes of a purpose."""
        self._call(storage.DiscardPurpose(purpose=purpose), timeout_seconds=COMPLETE_SECONDS)

    def discard(self, upload: UploadId, *, owner: PersonId) -> None:
        """Drop a person's upload; one that is gone already is dropped."""
        try:
            self._call(storage.DiscardUpload(upload=upload), on_behalf_of=owner)
        except NotFound:
            return

    def _call(self, call: Call, *, on_behalf_of: PersonId | None = None, timeout_seconds: float = CALL_SECONDS) -> Any:
        return self.bus.call(call, on_behalf_of=on_behalf_of, timeout_seconds=timeout_seconds)


def _accepted(response: httpx.Response) -> None:
    """Translate the door's answers; it says 507 when its disk is full."""
    if response.status_code == httpx.codes.INSUFFICIENT_STORAGE:
        raise StorageFull(machine="storage_door")
    if response.is_error:
        raise Unavailable(machine="storage_door", status=str(response.status_code))


def _slice(stream: IO[bytes], size_bytes: int) -> Iterator[bytes]:
    """Yield the next ``size_bytes`` of a stream."""
    left = size_bytes
    while left and (chunk := stream.read(min(CHUNK, left))):
        left -= len(chunk)
        yield chunk
