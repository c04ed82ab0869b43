"""What is kept is looked at again and again, locked, and can be compared with the rows."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.errors import IntegrityBroken, NotFound, Sealed
from contracts.identifiers import Sha256
from services.storage.domain.facts import BytesBroken, Damage
from services.storage.ports import BlobRef
from services.storage.use_cases.compare_store import Difference
from tests.builders.storage import CURIE, ENTRIES, Street, digest

DATA = b"pH 7.4"
# The fakes' locks go by the real clock, the use cases by one that stands still.
TODAY = datetime.now(UTC)


def rotten(street: Street, data: bytes) -> Sha256:
    """Store ``data`` and let it rot."""
    sha256 = digest(data)
    street.finished(data)
    street.store.blobs[sha256] = b"x" + data[1:]
    return sha256


def test_every_blob_has_its_turn_and_then_rests(street: Street) -> None:
    """The one whose last check is longest ago comes first; small stores are not read without end."""
    for data in (b"one", b"three", b"seventeen"):
        street.finished(data)
    turns = [street.scrub() for _ in range(4)]
    street.clock.pass_time(days=2)

    assert turns == [True, True, True, False]
    assert sorted(street.read_bytes) == [3, 5, 9]
    assert street.scrub()


def test_a_restored_blob_is_whole_again_and_a_second_fault_is_told_again(street: Street) -> None:
    """Damage that was repaired must not hide the next one."""
    sha256 = rotten(street, DATA)
    street.scrub()
    street.store.blobs[sha256] = DATA
    street.clock.pass_time(days=2)
    street.scrub()
    del street.store.blobs[sha256]
    street.clock.pass_time(days=2)
    street.scrub()
    broken = [fact for fact in street.shelf.rows.published if isinstance(fact, BytesBroken)]

    assert broken == [BytesBroken(sha256, Damage.DAMAGED), BytesBroken(sha256, Damage.MISSING)]


def test_what_a_revision_names_is_locked_and_what_may_still_go_is_not(street: Street) -> None:
    """A house's own evidence and kept files cannot be deleted; an upload nobody named yet can."""
    street.clock.now = TODAY
    kept, own, loose = street.finished(b"kept"), street.finished(b"crate", asker=ENTRIES), street.finished(b"loose")
    street.keep([kept.id], asker=ENTRIES)
    locked = [street.lock(), street.lock()]
    refs = {name: BlobRef(digest(name), len(name)) for name in (b"kept", b"crate", b"loose")}

    assert locked == [True, False]
    for name in (b"kept", b"crate"):
        assert street.store.lock_of(refs[name]).until == TODAY + timedelta(days=3650)
        with pytest.raises(Sealed):
            street.store.remove(refs[name])
    assert street.store.lock_of(refs[b"loose"]).until is None
    assert own.finished
    assert loose.finished


def test_a_lock_is_renewed_at_half_of_its_time(street: Street) -> None:
    """Retention runs as long as the institution does, not ten years from the first day."""
    street.clock.now = TODAY
    street.finished(DATA, asker=ENTRIES)
    street.lock()
    street.clock.pass_time(days=1826)

    assert street.lock()
    assert street.store.lock_of(BlobRef(digest(DATA), 6)).until == street.clock.now + timedelta(days=3650)


def test_a_lost_blob_is_told_when_it_is_to_be_locked(street: Street) -> None:
    """Nothing can be locked that is not there, and nobody should have to wait for the scrubber to hear it."""
    street.finished(DATA, asker=ENTRIES)
    street.store.blobs.clear()
    turns = [street.lock(), street.lock()]

    assert turns == [True, False]
    assert street.shelf.rows.published[-1] == BytesBroken(digest(DATA), Damage.MISSING)


def test_rows_and_store_are_compared_both_ways(street: Street) -> None:
    """After a disaster an operator wants to know what is missing, and what nobody knows of."""
    for data in (b"one", b"two", b"three"):
        street.finished(data)
    clean = list(street.compare())
    del street.store.blobs[digest(b"one")]
    street.store.blobs[digest(b"two")] = b"longer"
    stray = digest(b"stray")
    street.store.blobs[stray], street.store.versions[stray] = b"stray", "1"

    assert clean == []
    assert sorted(street.compare(), key=lambda each: each.kind) == [
        Difference("missing", digest(b"one")), Difference("other_size", digest(b"two")), Difference("unknown", stray),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("left", "damage"),
    [(DATA, None), (b"x" + DATA[1:], Damage.DAMAGED), (DATA + b"x", Damage.DAMAGED), (DATA[:-1], Damage.TRUNCATED),
     (None, Damage.MISSING)],
)  # fmt: skip
def test_each_kind_of_damage_has_its_name(street: Street, left: bytes | None, damage: Damage | None) -> None:
    """Whoever restores must know what to look for."""
    street.finished(DATA)
    stored = street.shelf.rows.blobs[digest(DATA)]
    street.store.blobs = {digest(DATA): left} if left is not None else {}

    assert damage is street.scrub.look(stored)


def test_bytes_that_lie_under_a_newer_version_are_replaced_ones(street: Street) -> None:
    """Somebody put others over them, even if equal: the store keeps both, and the row points to ours."""
    street.finished(DATA)
    street.store.versions[digest(DATA)] = "2"

    assert Damage.REPLACED is street.scrub.look(street.shelf.rows.blobs[digest(DATA)])


@pytest.mark.parametrize(
    ("trouble", "damage"),
    [(NotFound(kind="blob"), Damage.MISSING), (IntegrityBroken(reason="truncated"), Damage.TRUNCATED),
     (IntegrityBroken(reason="checksum"), Damage.DAMAGED)],
)  # fmt: skip
def test_what_goes_wrong_while_bytes_are_read_is_damage_too(
    street: Street, trouble: Exception, damage: Damage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store may say the size from its index and find only then that the bytes are gone or spoiled."""
    street.finished(DATA)

    def fails(*_: object) -> None:
        raise trouble

    monkeypatch.setattr(street.store, "read", fails)

    assert damage is street.scrub.look(street.shelf.rows.blobs[digest(DATA)])


def test_a_blob_dropped_while_it_was_read_is_no_damage(street: Street) -> None:
    """Its upload was discarded meanwhile: nobody is to be paged for what nobody wants."""
    upload = street.finished(DATA)
    street.discard(upload.id, asker=CURIE)
    before = list(street.shelf.rows.published)

    street.scrub.report(digest(DATA), Damage.MISSING)

    assert before == street.shelf.rows.published
