"""Check an upload's bytes and keep them durably."""

from dataclasses import dataclass

from contracts.errors import FieldProblem, Invalid, NotFound
from contracts.identifiers import Sha256, UploadId
from services.storage.domain.digests import Digests
from services.storage.domain.facts import BlobConfirmed
from services.storage.domain.upload import Owner, Upload
from services.storage.ports import BlobStore, Cause, Clock, IncomingBytes, StoredBlob, UnitOfWork, UnitOfWorkFactory
from services.storage.use_cases.find_upload import find_upload


@dataclass(frozen=True, slots=True)
class CompleteUpload:
    """
    Turn what arrived into a blob; no byte is read again, the digests were computed while it came.

    The file is renamed before the commit. A death in between leaves a blob without a row: the repeat of this call, or
    any upload of the same bytes, adopts it.
    """

    uow: UnitOfWorkFactory
    incoming: IncomingBytes
    store: BlobStore
    clock: Clock

    def __call__(
        self, id_: UploadId, *, asker: Owner, cause: Cause, claimed: Sha256 | None = None, tentative: bool = False
    ) -> Upload:
        """
        Return the finished upload; a repeat returns it again.

        Raises:
            NotFound: It is not the asker's.
            Invalid: Parts are missing (send them), or the digest differs (nothing is kept).
            StorageFull: There is no room for the name.

        """
        with self.uow() as uow:
            upload = find_upload(uow, id_, asker=asker, lock=True)
            if upload.finished:
                return upload
            try:
                digests = upload.checked(claimed)
            except Invalid:
                self._refuse(uow, upload)
                raise
            finished = upload.completed(digests, tentative=tentative)
            self._confirm(uow, finished, digests, cause)
            uow.commit()
        return finished

    def _confirm(self, uow: UnitOfWork, finished: Upload, digests: Digests, cause: Cause) -> None:
        now = self.clock()
        uow.blobs.lock(digests.sha256)
        try:
            self.store.adopt(finished.id, digests.sha256, finished.size_bytes)
        except NotFound as error:
            self._start_again(uow, finished)
            raise Invalid(FieldProblem("parts", "lost", "send every part again")) from error
        uow.blobs.add(StoredBlob(digests, finished.size_bytes), at=now)
        uow.uploads.save(finished)
        fact = BlobConfirmed(finished.id, digests.sha256, digests.sha512, finished.size_bytes)
        uow.publish(fact, cause=cause, at=now)

    def _start_again(self, uow: UnitOfWork, upload: Upload) -> None:
        """Believe the disk, not the rows: a power cut took bytes that were said to be there."""
        planned = uow.uploads.get(upload.id)
        if planned is None:
            raise NotFound(kind="upload", id=upload.id)
        self.incoming.drop(upload.id)
        uow.uploads.forget_parts(upload.id)
        uow.commit()

    def _refuse(self, uow: UnitOfWork, upload: Upload) -> None:
        """Keep nothing of bytes that are not what the client meant; parts still to come keep the upload alive."""
        if upload.digests is None:
            return
        uow.uploads.save(upload.discarded())
        uow.commit()
        self.incoming.drop(upload.id)
