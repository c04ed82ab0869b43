"""Drop what a house put aside for something that came to nothing."""

from dataclasses import dataclass

from services.storage.domain.upload import Owner
from services.storage.ports import UnitOfWorkFactory
from services.storage.use_cases.discard_upload import DiscardUpload


@dataclass(frozen=True, slots=True)
class DiscardPurpose:
    """Drop every tentative upload of one purpose, one commit each: an import may have thousands."""

    uow: UnitOfWorkFactory
    discard: DiscardUpload

    def __call__(self, purpose: str, *, asker: Owner) -> None:
        """Drop them; a repeat finds none."""
        with self.uow() as uow:
            tentative = uow.uploads.tentative(asker.issuer, purpose)
        for id_ in tentative:
            self.discard(id_, asker=Owner(asker.issuer))
