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

    def __call__(
        self, uploads: Sequence[UploadId], *, owner: PersonId | None, house: str, purpose: str = ""
    ) -> list[Upload]:
        """Return them; NotFound names the first that is unfinished, unknown, or another's and for another purpose."""
        with self.uow() as uow:
            return [self._one(uow, id_, owner=owner, house=house, purpose=purpose) for id_ in uploads]

    @staticmethod
    def _one(uow: UnitOfWork, id_: UploadId, *, owner: PersonId | None, house: str, purpose: str) -> Upload:
        upload = uow.uploads.get(id_)
        if upload is None or not upload.finished or not upload.belongs_to(owner, house=house, purpose=purpose):
            raise NotFound(kind="upload", id=id_)
        return upload


@dataclass(frozen=True, slots=True)
class ListUploads:
    """Return what people sent for a purpose."""

    uow: UnitOfWorkFactory

    def __call__(self, purpose: str, *, limit: int) -> list[Upload]:
        """Return finished uploads, newest first; the asking house decides who may see them."""
        with self.uow() as uow:
            return uow.uploads.made_for(purpose, limit=limit)
