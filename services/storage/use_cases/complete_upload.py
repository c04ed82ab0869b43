"""Check an upload's bytes and keep them durably."""

from dataclasses import dataclass, replace
from datetime import datetime

from contracts.errors import FieldProblem, Invalid, NotFound
from contracts.identifiers import Sha256, UploadId
from services.storage.domain.digests import Digests
from services.storage.domain.facts import BlobConfirmed
from services.storage.domain.upload import Owner, Upload
from services.storage.ports import BlobStore, Cause, Clock, Incoming, StoredBlob, UnitOfWork, UnitOfWorkFactory
from services.storage.use_cases.find_upload import find_upload


@dataclass(frozen=True, slots=True)
class CompleteUpload:
    """
    Turn what arrived into a blob, once its digests are known.

    What came through the door was hashed as it passed; what S3 received is read back first, outside any transaction.
    The bytes are adopted before the commit. A death in between leaves a blob without a row: the repeat of this call,
    or any upload of the same bytes to a directory, adopts it.
    """

    uow: UnitOfWorkFactory
    incoming: Incoming
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
            Unavailable: A large file is still being read back; ask again.

        """
        with self.uow() as uow:
            upload = find_upload(uow, id_, asker=asker)
        if upload.finished:
            return upload
        arrived = upload.digests or self.incoming.digests(upload)
        with self.uow() as uow:
            upload = find_upload(uow, id_, asker=asker, lock=True)
            if upload.finished:
                return upload
            upload = replace(upload, digests=upload.digests or arrived)
            try:
                digests = upload.checked(claimed)
            except Invalid:
                self._refuse(uow, upload)
                raise
            finished = upload.completed(digests, tentative=tentative)
            superfluous = self._confirm(uow, finished, digests, cause)
            uow.commit()
        if superfluous:
            self.incoming.drop(upload.id, upload.transfer)
        return finished

    def _confirm(self, uow: UnitOfWork, finished: Upload, digests: Digests, cause: Cause) -> bool:
        """Confirm; return whether the store had these bytes already, so that what came can go."""
        now = self.clock()
        uow.blobs.lock(digests.sha256)
        known = uow.blobs.get(digests.sha256)
        there = known is not None and self.store.size_of(known.ref) == finished.size_bytes
        if not there:
            self._adopt(uow, finished, digests, now)
        uow.uploads.save(finished)
        uow.holds.arrived(finished)
        fact = BlobConfirmed(finished.id, digests.sha256, digests.sha512, finished.size_bytes)
        uow.publish(fact, cause=cause, at=now)
        return there

    def _adopt(self, uow: UnitOfWork, finished: Upload, digests: Digests, now: datetime) -> None:
        try:
            place = self.store.adopt(finished, digests)
        except NotFound as error:
            self._start_again(uow, finished)
            raise Invalid(FieldProblem("parts", "lost", "send every part again")) from error
        uow.blobs.add(StoredBlob(digests, finished.size_bytes, place), at=now)

    def _start_again(self, uow: UnitOfWork, upload: Upload) -> None:
        """Believe the disk, not the rows: a power cut took bytes that were said to be there."""
        planned = uow.uploads.get(upload.id)
        assert planned is not None  # found and locked by this unit of work
        self.incoming.drop(upload.id, upload.transfer)
        uow.uploads.forget_parts(upload.id, transfer=self.incoming.begin(planned))
        uow.commit()

    def _refuse(self, uow: UnitOfWork, upload: Upload) -> None:
        """Keep nothing of bytes that are not what the client meant; parts still to come keep the upload alive."""
        if upload.digests is None:
            return
        uow.uploads.save(upload.discarded())
        uow.commit()
        self.incoming.drop(upload.id, upload.transfer)
