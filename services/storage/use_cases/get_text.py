"""Tell what is written inside a file."""

from dataclasses import dataclass

from contracts.errors import NotFound
from contracts.identifiers import Sha256
from services.storage.domain.reading import VERSION
from services.storage.ports import KnownReading, UnitOfWorkFactory


@dataclass(frozen=True, slots=True)
class GetText:
    """Return what was read; have read what was not, or not by this version of the reader."""

    uow: UnitOfWorkFactory

    def __call__(self, sha256: Sha256, *, with_places: bool = True) -> KnownReading | None:
        """
        Return the reading, with its text or without; that of an older reader while a newer one is at work.

        None while there is none.

        Raises:
            NotFound: The store has no such bytes.

        """
        with self.uow() as uow:
            if uow.blobs.get(sha256) is None:
                raise NotFound(kind="blob", id=sha256)
            known = uow.readings.get(sha256, with_places=with_places)
            if known is None or known.version != VERSION:
                uow.ask_to_read([sha256], version=VERSION)
                uow.commit()
        return known
