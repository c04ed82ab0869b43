"""What every store of bytes must do: the fake, the directory and S3 pass the same suite."""

import hashlib
import os
import time
from datetime import UTC, datetime, timedelta

import pytest

from contracts.errors import IntegrityBroken, NotFound, Sealed
from services.storage.ports import BlobRef
from tests.builders.stores import PART_BYTES, StoreUnderTest, digests_of

DATA = b"0123456789"
LARGE = os.urandom(2 * PART_BYTES + 77)


def soon(seconds: float) -> datetime:
    """Return a time to come."""
    return datetime.now(UTC) + timedelta(seconds=seconds)


def test_parts_may_come_in_any_order(store: StoreUnderTest) -> None:
    """The digests are of the file, not of the order its parts came in; both are right."""
    upload = store.begin(LARGE)
    store.send(upload, LARGE, numbers=[3, 1, 1, 2])
    upload = store.joined(upload, LARGE)

    assert upload.digests == digests_of(LARGE)
    assert store.all_of(BlobRef(upload.digests.sha256, len(LARGE), store.blobs.adopt(upload, upload.digests))) == LARGE


@pytest.mark.parametrize("data", [b"", b"x", DATA])
def test_adopted_bytes_are_read_back(store: StoreUnderTest, data: bytes) -> None:
    """After adoption the blob is there, whole, and nothing is left of the upload."""
    blob = store.stored(data)

    assert blob.sha256 == hashlib.sha256(data).hexdigest()
    assert store.blobs.size_of(blob) == len(data)
    assert store.all_of(blob) == data
    assert store.incoming.untouched_since(soon(86_400)) == []


def test_a_range_is_read_alone(store: StoreUnderTest) -> None:
    """A broken download goes on where it stopped."""
    blob = store.stored(DATA)

    assert b"".join(store.blobs.read(blob, 3, 4)) == b"3456"
    assert b"".join(store.blobs.read(blob, 9, 1)) == b"9"


def test_adopting_twice_is_fine(store: StoreUnderTest) -> None:
    """A repeat after a death between adoption and commit finds the bytes in place."""
    upload = store.begin(DATA)
    store.send(upload, DATA)
    upload = store.joined(upload, DATA)
    places = {store.blobs.adopt(upload, digests_of(DATA)) for _ in range(2)}

    assert len(places) == 1
    assert store.all_of(BlobRef(digests_of(DATA).sha256, len(DATA), places.pop())) == DATA


def test_bytes_that_did_not_come_are_not_adopted(store: StoreUnderTest) -> None:
    """Missing bytes never get a name."""
    upload = store.begin(DATA)

    assert store.incoming.digests(upload) is None
    with pytest.raises(NotFound):
        store.blobs.adopt(upload, digests_of(DATA))


def test_a_missing_part_is_missed(store: StoreUnderTest) -> None:
    """Half a file is no file, and what is there can be asked for where the store knows it."""
    upload = store.begin(LARGE)
    store.send(upload, LARGE, numbers=[1, 3])

    assert store.incoming.parts(upload) in {None, frozenset({1, 3})}
    assert store.incoming.digests(upload) is None


def test_dropped_bytes_are_gone(store: StoreUnderTest) -> None:
    """A broken upload leaves nothing, and dropping nothing is fine."""
    upload = store.begin(LARGE)
    store.send(upload, LARGE, numbers=[1])
    for _ in range(2):
        store.incoming.drop(upload.id, upload.transfer)

    assert store.incoming.untouched_since(soon(86_400)) == []
    with pytest.raises(NotFound):
        store.blobs.adopt(upload, digests_of(LARGE))


def test_a_removed_blob_is_gone(store: StoreUnderTest) -> None:
    """Removing is final, and a repeat is fine."""
    blob = store.stored(DATA)
    for _ in range(2):
        store.blobs.remove(blob)

    assert store.blobs.size_of(blob) is None
    with pytest.raises(NotFound):
        store.all_of(blob)


def test_reading_past_the_end_is_broken_integrity(store: StoreUnderTest) -> None:
    """A blob shorter than its row says is never sent as if it were whole."""
    blob = store.stored(DATA)

    with pytest.raises(IntegrityBroken):
        b"".join(store.blobs.read(blob, 0, len(DATA) + 1))


def test_what_is_retained_cannot_be_removed_before_its_time(store: StoreUnderTest) -> None:
    """The time is read back, lengthens and never shrinks."""
    blob = store.stored(DATA)
    for seconds in (600, 1200, 900):
        store.blobs.retain(blob, soon(seconds))
    until = store.blobs.lock_of(blob).until

    with pytest.raises(Sealed):
        store.blobs.remove(blob)
    assert store.all_of(blob) == DATA
    assert until is not None
    assert soon(900) < until < soon(1201)


def test_what_was_retained_may_go_when_its_time_is_over(store: StoreUnderTest) -> None:
    """The clock alone opens the lock."""
    blob = store.stored(DATA)
    store.blobs.retain(blob, soon(5))
    deadline = time.monotonic() + 60
    while store.blobs.size_of(blob) is not None:
        assert time.monotonic() < deadline, store.blobs.lock_of(blob)
        try:
            store.blobs.remove(blob)
        except Sealed:
            time.sleep(0.2)


def test_what_is_held_cannot_be_removed_until_the_hold_is_lifted(store: StoreUnderTest) -> None:
    """A hold has no end of its own, and lifting it frees what nothing else keeps."""
    blob = store.stored(DATA)
    for _ in range(2):
        store.blobs.hold(blob, held=True)

    assert store.blobs.lock_of(blob).held
    with pytest.raises(Sealed):
        store.blobs.remove(blob)
    for _ in range(2):
        store.blobs.hold(blob, held=False)
    store.blobs.remove(blob)
    assert store.blobs.size_of(blob) is None


def test_locks_need_bytes(store: StoreUnderTest) -> None:
    """A lock on nothing would be a promise nobody keeps."""
    blob = store.stored(DATA)
    store.blobs.remove(blob)

    with pytest.raises(NotFound):
        store.blobs.retain(blob, soon(60))
    with pytest.raises(NotFound):
        store.blobs.hold(blob, held=True)


def test_the_store_tells_all_it_has(store: StoreUnderTest) -> None:
    """What no row names must be findable."""
    blobs = [store.stored(data) for data in (b"one", b"three")]

    assert sorted((each.size_bytes, each.place) for each in store.blobs.everything()) == sorted(
        (blob.size_bytes, blob.place) for blob in blobs
    )
    assert all(store.blobs.is_current(blob) for blob in blobs)
    assert store.blobs.answers()
