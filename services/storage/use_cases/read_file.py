"""Read inside a file, once for each version of the reader."""

from collections.abc import Iterator
from dataclasses import dataclass

from contracts.errors import IntegrityBroken, NotFound
from contracts.identifiers import Sha256
from services.storage.domain.facts import PreviewMade, TextExtracted
from services.storage.domain.reading import VERSION, Reading, Reason, failed
from services.storage.ports import BlobStore, Cause, Clock, Reader, StoredBlob, UnitOfWork, UnitOfWorkFactory


@dataclass(frozen=True, slots=True)
class ReadFile:
    """
    Have a file read and keep what was found, with its events, in one commit.

    A death before the commit leaves nothing, so that a repeat begins anew; one after it makes the repeat find all done.
    No transaction is open while the file is read.
    """

    uow: UnitOfWorkFactory
    store: BlobStore
    reader: Reader
    clock: Clock
    largest_bytes: int

    def __call__(self, sha256: Sha256) -> Reading | None:
        """Return what was found; None when there was nothing to do, or the bytes went meanwhile."""
        with self.uow() as uow:
            blob, name = uow.blobs.get(sha256), uow.blobs.name(sha256)
            if blob is None or uow.readings.version(sha256) == VERSION:
                return None
        return self._keep(sha256, self._read(blob, name))

    def give_up(self, sha256: Sha256) -> None:
        """Say that it cannot be read for a reason of ours; whoever waits for it waits no longer."""
        self._keep(sha256, failed(Reason.INTERNAL))

    def _read(self, blob: StoredBlob, name: str) -> Reading:
        if blob.size_bytes > self.largest_bytes:
            return failed(Reason.TOO_LARGE)
        try:
            return self.reader(self._content(blob), name=name)
        except (NotFound, IntegrityBroken):
            return failed(Reason.LOST)

    def _content(self, blob: StoredBlob) -> Iterator[bytes]:
        return self.store.read(blob.ref, 0, blob.size_bytes)

    def _keep(self, sha256: Sha256, found: Reading) -> Reading | None:
        with self.uow() as uow:
            # Nobody drops the bytes, and nobody else tells of them, between this look and the commit.
            uow.blobs.lock(sha256)
            if uow.blobs.get(sha256) is None or uow.readings.version(sha256) == VERSION:
                return None
            self._save(uow, sha256, found)
            uow.commit()
        return found

    def _save(self, uow: UnitOfWork, sha256: Sha256, found: Reading) -> None:
        now = self.clock()
        uow.readings.save(sha256, found, version=VERSION, at=now)
        uow.publish(TextExtracted(sha256, found.status), cause=Cause(), at=now)
        if found.previews:
            kinds = tuple(preview.kind for preview in found.previews)
            uow.publish(PreviewMade(sha256, kinds), cause=Cause(), at=now)
