# ruff: noqa: D102 -- the ports say what each method promises
"""Storage in memory: rows, bytes, URLs and a clock that stands still until told."""

import copy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from types import TracebackType
from typing import Any, Self

from contracts.errors import FieldProblem, IntegrityBroken, Invalid, NotFound, Sealed, StorageFull
from contracts.identifiers import RequestKey, Sha256, UploadId
from services.storage.domain.digests import Digests
from services.storage.domain.facts import Fact
from services.storage.domain.plan import Part
from services.storage.domain.reading import Preview, Reading
from services.storage.domain.upload import Upload, UploadState
from services.storage.ports import (
    BlobRef,
    Cause,
    KnownReading,
    Lock,
    PartAddress,
    PreviewSize,
    StoredBlob,
    Stray,
)
from tests.fakes.storage_rows import FakeCare, FakeHolds, Rows


@dataclass
class StandingClock:
    """A clock that moves only when told."""

    now: datetime = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_time(self, **span: float) -> None:
        """Let time pass."""
        self.now += timedelta(**span)


class FakeUploads:
    """Uploads in a dictionary."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def add(self, upload: Upload) -> None:
        self._rows.uploads[upload.id] = upload

    def get(self, id_: UploadId, *, lock: bool = False) -> Upload | None:
        return self._rows.uploads.get(id_)

    def save(self, upload: Upload) -> None:
        self._rows.uploads[upload.id] = upload

    def receive(self, id_: UploadId, number: int) -> None:
        self._rows.parts.setdefault(id_, set()).add(number)

    def received(self, id_: UploadId) -> frozenset[int]:
        return frozenset(self._rows.parts.get(id_, ()))

    def forget_parts(self, id_: UploadId, *, transfer: str) -> None:
        self._rows.parts.pop(id_, None)
        upload = copy.copy(self._rows.uploads[id_])
        object.__setattr__(upload, "digests", None)
        self._rows.uploads[id_] = upload

    def tentative(self, issuer: str, purpose: str) -> list[UploadId]:
        return sorted(
            upload.id
            for upload in self._rows.uploads.values()
            if (upload.owner.issuer, upload.purpose, upload.state) == (issuer, purpose, UploadState.TENTATIVE)
        )

    def expired(self, now: datetime, *, limit: int) -> list[UploadId]:
        planned = [upload for upload in self._rows.uploads.values() if upload.state is UploadState.PLANNED]
        return [upload.id for upload in planned if upload.expires_at <= now][:limit]

    def made_for(self, purpose: str, *, limit: int) -> list[Upload]:
        newest = sorted(self._rows.uploads.values(), key=lambda one: one.id, reverse=True)
        wanted = (purpose, "gateway")
        return [one for one in newest if purpose and (one.purpose, one.owner.issuer) == wanted and one.finished][:limit]

    def orphans(self, before: datetime, *, limit: int) -> list[UploadId]:
        holds = FakeHolds(self._rows)
        return [
            upload.id
            for upload in self._rows.uploads.values()
            if (upload.state, upload.owner.issuer) == (UploadState.COMPLETE, "gateway")
            and upload.created_at < before
            and not holds.on_hold(upload)
            and not (upload.digests is not None and holds.keeps_bytes(upload.digests.sha256))
        ][:limit]


class FakeBlobs:
    """Blobs in a dictionary."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def lock(self, sha256: Sha256) -> None:
        """One thread needs no lock."""

    def add(self, blob: StoredBlob, *, at: datetime) -> None:
        self._rows.blobs[blob.digests.sha256] = blob

    def get(self, sha256: Sha256) -> StoredBlob | None:
        return self._rows.blobs.get(sha256)

    def named(self, sha256: Sha256) -> bool:
        return any(
            upload.finished and upload.digests is not None and upload.digests.sha256 == sha256
            for upload in self._rows.uploads.values()
        )

    def name(self, sha256: Sha256) -> str:
        arrived = [one for one in self._rows.uploads.values() if one.finished and one.digests.sha256 == sha256]
        return max(arrived, key=lambda one: one.id).name if arrived else ""

    def remove(self, sha256: Sha256) -> None:
        self._rows.blobs.pop(sha256, None)
        self._rows.readings.pop(sha256, None)

    def unnamed(self, *, limit: int) -> list[Sha256]:
        return [sha256 for sha256 in self._rows.blobs if not self.named(sha256)][:limit]


class FakeReadings:
    """Readings in a dictionary."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def save(self, sha256: Sha256, found: Reading, *, version: int, at: datetime) -> None:
        self._rows.readings[sha256] = (found, version)

    def version(self, sha256: Sha256) -> int | None:
        return self._rows.readings[sha256][1] if sha256 in self._rows.readings else None

    def get(self, sha256: Sha256, *, with_places: bool = True) -> KnownReading | None:
        if sha256 not in self._rows.readings:
            return None
        found, version = self._rows.readings[sha256]
        places = found.places if with_places else ()
        return KnownReading(
            replace(found, places=places, previews=()), version, tuple(sorted(one.kind for one in found.previews))
        )

    def preview_size(self, sha256: Sha256, kind: str) -> PreviewSize | None:
        found = self.preview(sha256, kind)
        return PreviewSize(len(found.content), found.media_type) if found else None

    def preview(self, sha256: Sha256, kind: str) -> Preview | None:
        found = self._rows.readings.get(sha256)
        return next((one for one in found[0].previews if one.kind == kind), None) if found else None


class FakeUnitOfWork:
    """Work on a copy of the rows; ``commit`` puts it back."""

    def __init__(self, shelf: "Shelf") -> None:
        self._shelf = shelf

    def __enter__(self) -> Self:
        self._rows = copy.deepcopy(self._shelf.rows)
        self.uploads, self.blobs = FakeUploads(self._rows), FakeBlobs(self._rows)
        self.care, self.holds = FakeCare(self._rows), FakeHolds(self._rows)
        self.readings = FakeReadings(self._rows)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave what was not committed behind."""

    def ask_to_read(self, digests: Iterable[Sha256], *, version: int) -> None:
        self._rows.asked |= {(sha256, version) for sha256 in digests}

    def publish(self, fact: Fact, *, cause: Cause, at: datetime) -> None:
        self._rows.published.append(fact)

    def recall(self, request: RequestKey) -> dict[str, Any] | None:
        known = self._rows.requests.get((request.actor, request.method, request.key))
        if known is not None and known[0] != request.digest:
            raise Invalid(FieldProblem("Idempotency-Key", "used_for_another_request"))
        return known[1] if known is not None else None

    def remember(self, request: RequestKey, result: dict[str, Any]) -> None:
        self._rows.requests[request.actor, request.method, request.key] = (request.digest, result)

    def commit(self) -> None:
        self._shelf.rows = copy.deepcopy(self._rows)


@dataclass
class Shelf:
    """Hold the rows between units of work."""

    rows: Rows = field(default_factory=Rows)

    def __call__(self) -> FakeUnitOfWork:
        return FakeUnitOfWork(self)


class FakeIncoming:
    """Bytes on their way in, in memory; ``room_bytes`` is what fits."""

    def __init__(self, *, room_bytes: int | None = None) -> None:
        self.files: dict[UploadId, bytearray] = {}
        self.room_bytes = room_bytes
        self.written_at = datetime(2026, 3, 1, tzinfo=UTC)

    def write(self, upload: UploadId, offset: int, data: memoryview) -> None:
        file = self.files.setdefault(upload, bytearray())
        if self.room_bytes is not None and offset + len(data) > self.room_bytes:
            raise StorageFull(reason="disk_full")
        file.extend(bytes(max(0, offset - len(file))))
        file[offset : offset + len(data)] = data

    def sync(self, upload: UploadId) -> None:
        """Memory is as durable as it gets."""

    def read(self, upload: UploadId, offset: int, size_bytes: int) -> Iterator[bytes]:
        yield bytes(self.files[upload][offset : offset + size_bytes])

    def begin(self, upload: Upload) -> str:
        return ""

    def parts(self, upload: Upload) -> None:
        """Leave it to the rows."""

    def digests(self, upload: Upload) -> Digests | None:
        return upload.digests

    def drop(self, id_: UploadId, transfer: str) -> None:
        self.files.pop(id_, None)

    def abandon(self, stray: Stray) -> None:
        self.drop(stray.upload, stray.transfer)

    def untouched_since(self, moment: datetime) -> list[Stray]:
        return [Stray(id_) for id_ in sorted(self.files)] if self.written_at < moment else []


class FakeBlobStore:
    """Blobs in memory, fed from ``incoming``."""

    def __init__(self, incoming: FakeIncoming) -> None:
        self._incoming = incoming
        self.blobs: dict[Sha256, bytes] = {}
        self.versions: dict[Sha256, str] = {}
        self.locks: dict[Sha256, Lock] = {}
        self._numbers = count(1)
        self.free: int | None = None

    def adopt(self, upload: Upload, digests: Digests) -> str:
        sha256 = digests.sha256
        known = self.blobs.get(sha256)
        data = self._incoming.files.get(upload.id)
        if known is None or len(known) != upload.size_bytes:
            if data is None or len(data) != upload.size_bytes:
                raise NotFound(kind="upload", id=upload.id)
            self.blobs[sha256] = bytes(data)
            self.versions[sha256] = str(next(self._numbers))
        self._incoming.drop(upload.id, upload.transfer)
        return self.versions[sha256]

    def size_of(self, blob: BlobRef) -> int | None:
        return len(self.blobs[blob.sha256]) if blob.sha256 in self.blobs else None

    def read(self, blob: BlobRef, start: int, size_bytes: int) -> Iterator[bytes]:
        self._present(blob)
        piece = self.blobs[blob.sha256][start : start + size_bytes]
        yield piece
        if len(piece) != size_bytes:
            raise IntegrityBroken(kind="blob", id=blob.sha256, reason="truncated")

    def is_current(self, blob: BlobRef) -> bool:
        return blob.place in {"", self.versions.get(blob.sha256)}

    def remove(self, blob: BlobRef) -> None:
        lock = self.lock_of(blob)
        if lock.closed(datetime.now(UTC)):
            raise Sealed(kind="blob", id=blob.sha256, reason="on_hold" if lock.held else "retained")
        self.blobs.pop(blob.sha256, None)

    def retain(self, blob: BlobRef, until: datetime) -> None:
        self._present(blob)
        now = self.lock_of(blob)
        self.locks[blob.sha256] = Lock(max(until, now.until or until), held=now.held)

    def hold(self, blob: BlobRef, *, held: bool) -> None:
        self._present(blob)
        self.locks[blob.sha256] = Lock(self.lock_of(blob).until, held=held)

    def lock_of(self, blob: BlobRef) -> Lock:
        return self.locks.get(blob.sha256, Lock())

    def everything(self) -> Iterator[BlobRef]:
        for sha256, data in self.blobs.items():
            yield BlobRef(sha256, len(data), self.versions[sha256])

    def free_bytes(self) -> int | None:
        return self.free

    def answers(self) -> bool:
        return True

    def _present(self, blob: BlobRef) -> None:
        if blob.sha256 not in self.blobs:
            raise NotFound(kind="blob", id=blob.sha256)


class FakeUrls:
    """URLs one can read."""

    def part(self, upload: Upload, part: Part, *, expires_at: datetime) -> PartAddress:
        return PartAddress(f"fake:/parts/{upload.id}/{part.number}")

    def blob(self, blob: StoredBlob, *, name: str, media_type: str, expires_at: datetime) -> str:
        return f"fake:/blobs/{blob.digests.sha256}/{name}"

    def preview(self, sha256: Sha256, kind: str, *, expires_at: datetime) -> str:
        return f"fake:/previews/{sha256}/{kind}"


@dataclass
class FakeReader:
    """Find the same in every file, once all its bytes came."""

    found: Reading
    seen: list[tuple[bytes, str]] = field(default_factory=list)

    def __call__(self, content: Iterable[bytes], *, name: str) -> Reading:
        self.seen.append((b"".join(content), name))
        return self.found
