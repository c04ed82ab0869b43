"""Delete a blob that nothing names any more."""

from contracts.identifiers import Sha256
from services.storage.ports import BlobRef, BlobStore, UnitOfWorkFactory


def release_blob(sha256: Sha256, *, uow_factory: UnitOfWorkFactory, store: BlobStore) -> None:
    """
    Delete the bytes unless a finished upload, a revision or a hold names them.

    The digest is locked from the look to the commit, so that the same bytes arriving now are confirmed either before
    (and stay) or after (and are written anew). A death between deletion and commit leaves a row without bytes and
    without a name: ExpireUploads comes back for it.
    """
    with uow_factory() as uow:
        uow.blobs.lock(sha256)
        if uow.blobs.named(sha256) or uow.holds.keeps_bytes(sha256):
            return
        blob = uow.blobs.get(sha256)
        # Without a row they may lie under their digest all the same: renamed just before a death.
        store.remove(blob.ref if blob is not None else BlobRef(sha256, 0))
        uow.blobs.remove(sha256)
        uow.commit()
