"""Tell a house which bytes finished uploads are."""

from collections.abc import Sequence
from dataclasses import dataclass

from contracts.errors import NotFound
from contracts.identifiers import PersonId, UploadId
from services.storage.domain.upload import Upload
from services.storage.ports import UnitOfWork, UnitOfWorkFactory


@dataclass(frozen=True, slots=True)
class ResolveUploads:
    """Return finished uploads in the order asked for."""

    uow: UnitOfWorkFactory

    def __call__(self, uploads: Sequence[UploadId], *, owner: PersonId | None, house: str) -> list[Upload]:
        """Return them; NotFound names the first that is unfinished, unknown or another owner's."""
        with self.uow() as uow:
            return [self._one(uow, id_, owner=owner, house=house) for id_ in uploads]

    @staticmethod
    def _one(uow: UnitOfWork, id_: UploadId, *, owner: PersonId | None, house: str) -> Upload:
        upload = uow.uploads.get(id_)
        if upload is None or not upload.finished or not upload.belongs_to(owner, house=house):
            raise NotFound(kind="upload", id=id_)
        return upload
