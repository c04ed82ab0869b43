"""Drop an upload and the bytes nothing else names."""

from dataclasses import dataclass

from contracts.errors import NotFound, Sealed
from contracts.identifiers import UploadId
from services.storage.domain.upload import Owner, Upload, UploadState
from services.storage.ports import BlobStore, Incoming, UnitOfWorkFactory
from services.storage.use_cases.release_blob import release_blob


@dataclass(frozen=True, slots=True)
class DiscardUpload:
    """Drop one upload: first the row, then the bytes; a death in between leaves bytes for the sweep."""

    uow: UnitOfWorkFactory
    incoming: Incoming
    store: BlobStore

    def __call__(self, id_: UploadId, *, asker: Owner) -> None:
        """
        Drop it; a repeat is fine.

        Raises:
            NotFound: It is not the asker's.
            Sealed: A revision names its bytes, or a hold keeps what this person sent.

        """
        with self.uow() as uow:
            upload = uow.uploads.get(id_, lock=True)
            if upload is None or not upload.open_to(asker):
                raise NotFound(kind="upload", id=id_)
            if upload.state is not UploadState.DISCARDED:
                if upload.finished and uow.holds.on_hold(upload):
                    raise Sealed(kind="upload", id=id_, reason="on_hold")
                uow.uploads.save(upload.discarded())
                uow.commit()
        self._clear(upload)

    def _clear(self, upload: Upload) -> None:
        if not upload.finished:
            self.incoming.drop(upload.id, upload.transfer)
        if upload.digests is not None:
            release_blob(upload.digests.sha256, uow_factory=self.uow, store=self.store)
