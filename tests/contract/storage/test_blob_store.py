"""What every store of bytes must do: the directory and the fake pass the same suite; S3 will join them."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contracts.errors import IntegrityBroken, NotFound
from contracts.identifiers import Sha256, UploadId
from services.storage.ports import BlobStore, IncomingBytes
from services.storage.store.directory import DirectoryStore
from services.storage.store.incoming import DirectoryIncoming
from tests.fakes.storage import FakeBlobStore, FakeIncoming

UPLOAD = UploadId("0192aaaa-0000-7000-8000-00000000000a")
OTHER = UploadId("0192aaaa-0000-7000-8000-00000000000b")
DATA = b"0123456789"
DIGEST = Sha256(hashlib.sha256(DATA).hexdigest())
Pair = tuple[IncomingBytes, BlobStore]


def _fake(_: Path) -> Pair:
    incoming = FakeIncoming()
    return incoming, FakeBlobStore(incoming)


def _directory(folder: Path) -> Pair:
    return DirectoryIncoming(folder), DirectoryStore(folder)


@pytest.fixture(params=[_fake, _directory], ids=["fake", "directory"])
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> Pair:
    """Each store in turn."""
    make: Callable[[Path], Pair] = request.param
    return make(tmp_path)


def _send(pair: Pair, upload: UploadId, data: bytes = DATA) -> None:
    pair[0].write(upload, 0, memoryview(data))
    pair[0].sync(upload)


def _read(store: BlobStore, start: int = 0, size_bytes: int = len(DATA)) -> bytes:
    return b"".join(store.read(DIGEST, start, size_bytes))


def test_bytes_written_anywhere_are_read_back(pair: Pair) -> None:
    """Parts may come in any order."""
    pair[0].write(UPLOAD, 5, memoryview(DATA[5:]))
    pair[0].write(UPLOAD, 0, memoryview(DATA[:5]))
    pair[0].sync(UPLOAD)

    assert b"".join(pair[0].read(UPLOAD, 2, 6)) == DATA[2:8]


def test_adopted_bytes_have_their_digest_for_a_name(pair: Pair) -> None:
    """After adoption the blob is there, whole and in ranges, and nothing is left of the upload."""
    _send(pair, UPLOAD)
    pair[1].adopt(UPLOAD, DIGEST, len(DATA))

    assert pair[1].size_of(DIGEST) == len(DATA)
    assert _read(pair[1]) == DATA
    assert _read(pair[1], 3, 4) == b"3456"
    assert pair[0].untouched_since(datetime.now(UTC) + timedelta(days=1)) == []


def test_adopting_twice_is_fine(pair: Pair) -> None:
    """A repeat after a death between rename and commit finds the bytes in place."""
    _send(pair, UPLOAD)
    pair[1].adopt(UPLOAD, DIGEST, len(DATA))
    pair[1].adopt(UPLOAD, DIGEST, len(DATA))

    assert _read(pair[1]) == DATA


def test_the_same_bytes_twice_are_kept_once(pair: Pair) -> None:
    """Bytes always travel; deduplication happens after."""
    for upload in (UPLOAD, OTHER):
        _send(pair, upload)
        pair[1].adopt(upload, DIGEST, len(DATA))

    assert _read(pair[1]) == DATA


@pytest.mark.parametrize("sent", [None, b"012345678"])
def test_bytes_that_are_not_there_are_not_adopted(pair: Pair, sent: bytes | None) -> None:
    """Missing or short bytes never get a name."""
    if sent is not None:
        _send(pair, UPLOAD, sent)

    with pytest.raises(NotFound):
        pair[1].adopt(UPLOAD, DIGEST, len(DATA))
    assert pair[1].size_of(DIGEST) is None


def test_a_removed_blob_is_gone(pair: Pair) -> None:
    """Removing is final, and a repeat is fine."""
    _send(pair, UPLOAD)
    pair[1].adopt(UPLOAD, DIGEST, len(DATA))
    pair[1].remove(DIGEST)
    pair[1].remove(DIGEST)

    with pytest.raises(NotFound):
        _read(pair[1])


def test_reading_past_the_end_is_broken_integrity(pair: Pair) -> None:
    """A blob shorter than its row says is never sent as if it were whole."""
    _send(pair, UPLOAD)
    pair[1].adopt(UPLOAD, DIGEST, len(DATA))

    with pytest.raises(IntegrityBroken):
        _read(pair[1], 0, len(DATA) + 1)


def test_dropped_bytes_are_gone(pair: Pair) -> None:
    """A broken upload leaves nothing, and dropping nothing is fine."""
    _send(pair, UPLOAD)
    pair[0].drop(UPLOAD)
    pair[0].drop(UPLOAD)

    with pytest.raises(NotFound):
        pair[1].adopt(UPLOAD, DIGEST, len(DATA))
