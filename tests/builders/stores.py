"""Build each store of bytes, and send bytes to it the way its clients do."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from uuid_utils import uuid7

from contracts.identifiers import Sha256, UploadId
from services.storage.domain.digests import DigestPass, Digests
from services.storage.domain.upload import Owner, Upload
from services.storage.ports import BlobRef, BlobStore, Incoming, PartFiles
from services.storage.settings import StoreSettings
from services.storage.wiring import Store, open_store
from tests.fakes.storage import FakeBlobStore, FakeIncoming, FakeUrls
from tests.servers.running import S3Server

# S3 wants at least so much in every part but the last.
PART_BYTES = 5 * 1024 * 1024


def digests_of(data: bytes) -> Digests:
    """Hash both ways."""
    both = DigestPass()
    both.update(data)
    return both.digests()


def an_upload(data: bytes, *, expected: Sha256 | None = None, part_size_bytes: int = PART_BYTES) -> Upload:
    """Plan an upload of ``data`` in parts of five mebibytes."""
    now = datetime.now(UTC)
    return Upload(
        UploadId(str(uuid7())), Owner("entries"), "mesures.csv", "text/csv", len(data), part_size_bytes, expected,
        "", now, now + timedelta(hours=1),
    )  # fmt: skip


@dataclass(frozen=True)
class StoreUnderTest:
    """A store, and what sends one part to it."""

    incoming: Incoming
    blobs: BlobStore
    send_part: Callable[[Upload, int, bytes], None]

    def begin(self, data: bytes, *, expected: Sha256 | None = None) -> Upload:
        """Open an upload."""
        upload = an_upload(data, expected=expected)
        return replace(upload, transfer=self.incoming.begin(upload))

    def send(self, upload: Upload, data: bytes, *, numbers: list[int] | None = None) -> None:
        """Send the parts that are wanted, in that order."""
        parts = {part.number: part for part in upload.parts}
        for part in (parts[number] for number in numbers or sorted(parts)):
            self.send_part(upload, part.number, data[part.offset : part.offset + part.size_bytes])

    def joined(self, upload: Upload, data: bytes) -> Upload:
        """Return the upload with its digests: from the store, or computed on the way as the door does."""
        if self.incoming.parts(upload) is None:
            upload = replace(upload, digests=digests_of(data))
        return replace(upload, digests=self.incoming.digests(upload))

    def stored(self, data: bytes) -> BlobRef:
        """Bring ``data`` in from beginning to end."""
        upload = self.begin(data)
        self.send(upload, data)
        upload = self.joined(upload, data)
        assert upload.digests is not None
        return BlobRef(upload.digests.sha256, len(data), self.blobs.adopt(upload, upload.digests))

    def all_of(self, blob: BlobRef) -> bytes:
        """Read a blob from beginning to end."""
        return b"".join(self.blobs.read(blob, 0, blob.size_bytes))


def fake_store() -> StoreUnderTest:
    """Keep bytes in memory."""
    incoming = FakeIncoming()
    store = Store(incoming, FakeBlobStore(incoming), FakeUrls(), parts=incoming)
    return _through_the_door(store, incoming)


def directory_store(folder: Path) -> StoreUnderTest:
    """Keep bytes in a folder."""
    settings = StoreSettings(store_dir=folder, door_url="http://door", url_key="0" * 64, reserve_bytes=0)
    store = open_store(settings)
    assert store.parts is not None
    return _through_the_door(store, store.parts)


def s3_settings(
    server: S3Server, folder: Path, *, mode: str = "COMPLIANCE", prefix: str | None = None
) -> StoreSettings:
    """Point at a bucket, under a prefix of its own."""
    return StoreSettings(
        store="s3", store_dir=folder, door_url="http://door", url_key="0" * 64, s3_url=server.url,
        s3_bucket=server.bucket, s3_access_key=server.access_key, s3_secret_key=server.secret_key,
        s3_region=server.region, s3_lock_mode=mode,
        s3_prefix=f"test-{secrets.token_hex(6)}/" if prefix is None else prefix,
    )  # fmt: skip


def s3_store(settings: StoreSettings) -> StoreUnderTest:
    """Keep bytes in a bucket; parts go by the URLs that were signed."""
    store = open_store(settings)

    def send(upload: Upload, number: int, data: bytes) -> None:
        expires_at = datetime.now(UTC) + timedelta(minutes=5)
        address = store.urls.part(upload, upload.parts[number - 1], expires_at=expires_at)
        httpx.put(address.url, content=data, headers=dict(address.headers), timeout=60).raise_for_status()

    return StoreUnderTest(store.incoming, store.blobs, send)


def _through_the_door(store: Store, parts: PartFiles) -> StoreUnderTest:
    def send(upload: Upload, number: int, data: bytes) -> None:
        parts.write(upload.id, upload.parts[number - 1].offset, memoryview(data))
        parts.sync(upload.id)

    return StoreUnderTest(store.incoming, store.blobs, send)
