"""Scrubbing finds what happened to real bytes, on both real stores."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from services.storage.domain.facts import BytesBroken, Damage
from services.storage.ports import BlobRef, StoredBlob
from services.storage.use_cases.scrub import Scrub
from tests.builders.stores import StoreUnderTest, digests_of, directory_store, s3_settings, s3_store
from tests.fakes.storage import Shelf, StandingClock
from tests.servers.running import S3Server

# Above what MinIO keeps inside its own index file.
DATA = os.urandom(300_000)


@dataclass
class Patient:
    """One blob in a real store, its row, and ways to hurt it."""

    store: StoreUnderTest
    shelf: Shelf
    hurt: dict[Damage, Callable[[BlobRef], BlobRef]]

    def scrub(self) -> Scrub:
        """Return a scrubber of this one blob."""
        return Scrub(self.shelf, self.store.blobs, StandingClock(), lambda _: None, timedelta(0))

    def stored(self) -> BlobRef:
        """Bring the bytes in."""
        blob = self.store.stored(DATA)
        self.note(blob)
        return blob

    def note(self, blob: BlobRef) -> None:
        """Write the row."""
        self.shelf.rows.blobs[digests_of(DATA).sha256] = StoredBlob(digests_of(DATA), len(DATA), blob.place)


def _directory(folder: Path) -> Patient:
    def path(blob: BlobRef) -> Path:
        return folder / "blobs" / blob.sha256[:2] / blob.sha256[2:4] / blob.sha256

    def over(blob: BlobRef, data: bytes) -> BlobRef:
        path(blob).unlink()
        path(blob).write_bytes(data)
        return blob

    def gone(blob: BlobRef) -> BlobRef:
        path(blob).unlink()
        return blob

    return Patient(
        directory_store(folder), Shelf(),
        {
            Damage.MISSING: gone,
            Damage.TRUNCATED: lambda blob: over(blob, DATA[:-1]),
            Damage.DAMAGED: lambda blob: over(blob, DATA[::-1]),
            Damage.REPLACED: lambda blob: over(blob, DATA),
        },
    )  # fmt: skip


def _s3(server: S3Server, folder: Path) -> Patient:
    settings = s3_settings(server, folder, mode="GOVERNANCE")
    store, client = s3_store(settings), server.client()

    def at(blob: BlobRef) -> dict[str, str]:
        upload, _, version = blob.place.partition(":")
        return {"Bucket": server.bucket, "Key": f"{settings.s3_prefix}blobs/{upload}", "VersionId": version}

    def gone(blob: BlobRef) -> BlobRef:
        client.delete_object(**at(blob))
        return blob

    def over(blob: BlobRef) -> BlobRef:
        where = at(blob)
        client.put_object(Bucket=where["Bucket"], Key=where["Key"], Body=b"other")
        return blob

    return Patient(
        store, Shelf(),
        {
            Damage.MISSING: gone,
            # S3 changes no version; a row that points to other bytes is what a restored wrong one looks like.
            Damage.TRUNCATED: lambda _: store.stored(DATA[:-1]),
            Damage.DAMAGED: lambda _: store.stored(DATA[::-1]),
            Damage.REPLACED: over,
        },
    )  # fmt: skip


@pytest.fixture(params=["directory", "s3"])
def patient(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Patient]:
    """Each real store in turn."""
    if request.param == "s3":
        yield _s3(request.getfixturevalue("s3_server"), tmp_path)
    else:
        yield _directory(tmp_path)


@pytest.mark.parametrize("damage", list(Damage))
def test_damage_is_found_and_told_once(patient: Patient, damage: Damage) -> None:
    """Bytes that rot unnoticed are lost twice: today, and in the last backup that still had them."""
    blob = patient.stored()
    scrub = patient.scrub()
    sound = scrub.look(patient.shelf.rows.blobs[blob.sha256])
    patient.note(patient.hurt[damage](blob))
    for _ in range(2):
        scrub.report(blob.sha256, scrub.look(patient.shelf.rows.blobs[blob.sha256]))

    assert sound is None
    assert patient.shelf.rows.published == [BytesBroken(blob.sha256, damage)]


def test_a_disk_that_rots_under_s3_is_noticed(s3_server: S3Server, tmp_path: Path) -> None:
    """One byte changed where the server keeps it: the server refuses to read it, and that is damage, not an outage."""
    if s3_server.process is None:
        pytest.skip("needs a MinIO whose files can be reached: set PAILLASSE_MINIO to the program")
    patient = _s3(s3_server, tmp_path)
    blob = patient.stored()
    folder = Path(s3_server.process.program.argv[-1])
    upload = blob.place.partition(":")[0]
    (part,) = (path for path in folder.rglob("part.1") if upload in str(path))
    spoiled = bytearray(part.read_bytes())
    spoiled[len(spoiled) // 2] ^= 1
    part.write_bytes(spoiled)

    assert patient.scrub().look(patient.shelf.rows.blobs[blob.sha256]) is Damage.DAMAGED
