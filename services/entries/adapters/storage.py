"""Ask storage for uploads and URLs over the bus; send bytes of our own to its door over HTTP."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import httpx

from contracts.envelope import Call
from contracts.errors import StorageFull, Unavailable
from contracts.identifiers import PersonId, Sha256, UploadId
from contracts.storage import calls as storage
from services.entries.ports.files import FileText, SignedUrl, StoredFile, TextPlace

CALL_SECONDS: Final = 2.0
# Syncing to disk happens inside this call.
COMPLETE_SECONDS: Final = 10.0
# A million characters in fifty thousand places.
TEXT_SECONDS: Final = 8.0


class Bus(Protocol):
    """What is needed of ``chassis.bus.client.BusClient``."""

    def call(self, call: Call, *, on_behalf_of: PersonId | None = None, timeout_seconds: float = 2.0) -> Any:
        """Return the other house's reply."""


@dataclass(frozen=True, slots=True)
class StorageFiles:
    """The house of storage."""

    bus: Bus
    http: httpx.Client

    def resolve(
        self, uploads: Sequence[UploadId], *, owner: PersonId | None, purpose: str = ""
    ) -> tuple[StoredFile, ...]:
        """Return the finished uploads of ``owner``, or for ``purpose``; NotFound names one that is neither."""
        found = self.bus.call(
            storage.ResolveUploads(uploads=tuple(uploads), owner=owner, purpose=purpose),
            on_behalf_of=owner,
            timeout_seconds=CALL_SECONDS,
        )
        return tuple(map(_stored, found.items))

    def sent_for(self, purpose: str) -> tuple[StoredFile, ...]:
        """Return what people sent for a purpose, newest first."""
        found = self.bus.call(storage.ListUploads(purpose=purpose), timeout_seconds=CALL_SECONDS)
        return tuple(map(_stored, found.items))

    def keep(self, uploads: Sequence[UploadId]) -> None:
        """Make the bytes permanent."""
        self.bus.call(storage.KeepUploads(uploads=tuple(uploads)), timeout_seconds=CALL_SECONDS)

    def put(
        self, content: bytes, *, name: str, media_type: str, sha256: Sha256, purpose: str, tentative: bool = False
    ) -> StoredFile:
        """Plan, send each part, complete; StorageFull, Unavailable."""
        plan = self.bus.call(
            storage.CreateUpload(
                name=name, media_type=media_type, size_bytes=len(content), sha256=sha256, purpose=purpose
            ),
            timeout_seconds=CALL_SECONDS,
        )
        for part in plan.parts:
            self._send(part, content[part.offset : part.offset + part.size_bytes])
        complete = storage.CompleteUpload(upload=plan.id, sha256=sha256, tentative=tentative)
        return _stored(self.bus.call(complete, timeout_seconds=COMPLETE_SECONDS))

    def download_url(self, sha256: Sha256, *, name: str, media_type: str) -> SignedUrl:
        """Return a signed URL."""
        signed = self.bus.call(
            storage.IssueDownloadUrl(sha256=sha256, name=name, media_type=media_type), timeout_seconds=CALL_SECONDS
        )
        return SignedUrl(signed.url, signed.expires_at)

    def preview_url(self, sha256: Sha256, *, kind: str) -> SignedUrl:
        """Return a signed URL of a preview."""
        signed = self.bus.call(storage.GetPreview(sha256=sha256, kind=kind), timeout_seconds=CALL_SECONDS)
        return SignedUrl(signed.url, signed.expires_at)

    def text(self, sha256: Sha256, *, claimed_media_type: str, with_places: bool) -> FileText:
        """Return what is written in a file."""
        call = storage.GetText(sha256=sha256, claimed_media_type=claimed_media_type, with_places=with_places)
        read = self.bus.call(call, timeout_seconds=TEXT_SECONDS)
        return FileText(
            sha256=read.sha256,
            status=read.status,
            reason=read.reason,
            places=tuple(TextPlace(place.kind, place.label, place.text) for place in read.places),
            truncated=read.truncated,
            media_type=read.media_type,
            media_type_lies=read.media_type_lies,
            previews=read.previews,
        )

    def _send(self, part: storage.UploadPart, content: bytes) -> None:
        try:
            answer = self.http.put(part.url, content=content, headers=part.headers)
        except httpx.HTTPError as error:
            raise Unavailable(machine="storage_door") from error
        if answer.status_code == httpx.codes.INSUFFICIENT_STORAGE:
            raise StorageFull(machine="storage_door")
        if answer.is_error:
            raise Unavailable(machine="storage_door", status=str(answer.status_code))


def _stored(blob: storage.Blob) -> StoredFile:
    return StoredFile(blob.sha256, blob.sha512, blob.size_bytes, blob.media_type, blob.name, blob.upload)
