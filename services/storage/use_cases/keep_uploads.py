"""Make bytes permanent because a revision names them."""

from collections.abc import Iterable
from dataclasses import dataclass

from contracts.identifiers import UploadId
from services.storage.domain.reading import VERSION
from services.storage.domain.upload import Owner
from services.storage.ports import UnitOfWorkFactory
from services.storage.use_cases.find_upload import find_upload


@dataclass(frozen=True, slots=True)
class KeepUploads:
    """
    Keep all or none, in id order so that two callers never wait for each other in a ring.

    What a revision names is read inside, for search and for the page: the job is asked for in the same commit.
    """

    uow: UnitOfWorkFactory

    def __call__(self, uploads: Iterable[UploadId], *, asker: Owner) -> None:
        """Keep them; a repeat changes nothing; NotFound names the first that is not finished or not the asker's."""
        with self.uow() as uow:
            kept = [find_upload(uow, id_, asker=asker, lock=True).kept() for id_ in sorted(set(uploads))]
            for upload in kept:
                uow.uploads.save(upload)
            uow.ask_to_read((upload.digests.sha256 for upload in kept if upload.digests), version=VERSION)
            uow.commit()
