"""Clear away what was never finished, or was left by a death."""

from dataclasses import dataclass
from datetime import timedelta

from contracts.identifiers import Sha256, UploadId
from services.storage.domain.upload import UploadState
from services.storage.ports import BlobStore, Clock, Incoming, UnitOfWorkFactory
from services.storage.use_cases.release_blob import release_blob

_BATCH = 200
# Far longer than any request takes to write its part and note it.
_STRAY_AFTER = timedelta(days=1)

# A page may be written for days before it is saved with its files.
_ORPHAN_AFTER = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class ExpireUploads:
    """
    Drop planned uploads whose time is over, bytes without an upload, and blobs no finished upload names.

    Finished files of people go after a week when no revision and no hold keeps them; what a house sent, or an import
    put aside, is that house's to drop.
    """

    uow: UnitOfWorkFactory
    incoming: Incoming
    store: BlobStore
    clock: Clock

    def __call__(self) -> int:
        """Clear one batch; return how many uploads and blobs went."""
        with self.uow() as uow:
            over = uow.uploads.expired(self.clock(), limit=_BATCH)
            orphans = uow.uploads.orphans(self.clock() - _ORPHAN_AFTER, limit=_BATCH)
            unnamed = uow.blobs.unnamed(limit=_BATCH)
        for id_ in over:
            unnamed.extend(self._expire(id_))
        for id_ in orphans:
            unnamed.extend(self._drop_orphan(id_))
        for sha256 in unnamed:
            release_blob(sha256, uow_factory=self.uow, store=self.store)
        return len(over) + len(orphans) + len(unnamed) + self._clear_strays()

    def _expire(self, id_: UploadId) -> list[Sha256]:
        """Drop one; its digest may name bytes that were renamed just before a death."""
        with self.uow() as uow:
            upload = uow.uploads.get(id_, lock=True)
            if upload is None or upload.state is not UploadState.PLANNED:
                return []
            uow.uploads.save(upload.discarded())
            uow.commit()
        self.incoming.drop(id_, upload.transfer)
        return [upload.digests.sha256] if upload.digests is not None else []

    def _drop_orphan(self, id_: UploadId) -> list[Sha256]:
        """Drop a file that somebody sent and nobody ever put on a page."""
        with self.uow() as uow:
            upload = uow.uploads.get(id_, lock=True)
            if upload is None or upload.state is not UploadState.COMPLETE or uow.holds.on_hold(upload):
                return []
            uow.uploads.save(upload.discarded())
            uow.commit()
        return [upload.digests.sha256] if upload.digests is not None else []

    def _clear_strays(self) -> int:
        """Drop bytes whose upload is finished, discarded or unknown."""
        strays = self.incoming.untouched_since(self.clock() - _STRAY_AFTER)
        with self.uow() as uow:
            found = {stray: uow.uploads.get(stray.upload) for stray in strays}
        gone = [stray for stray, upload in found.items() if upload is None or upload.state is not UploadState.PLANNED]
        for stray in gone:
            self.incoming.abandon(stray)
        return len(gone)
