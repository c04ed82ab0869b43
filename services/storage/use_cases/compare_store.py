"""Compare what the rows say with what the store has."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from services.storage.ports import BlobStore, StoredBlob, UnitOfWorkFactory

_PAGE = 500


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it should be: ``what`` names bytes by digest, or by place where no row knows them."""

    kind: Literal["missing", "other_size", "replaced", "unknown"]
    what: str


@dataclass(frozen=True, slots=True)
class CompareStore:
    """Look at every blob's size and version, and at everything the store has; reads no byte, changes nothing."""

    uow: UnitOfWorkFactory
    store: BlobStore

    def __call__(self) -> Iterator[Difference]:
        """Return the differences as they are found."""
        yield from self._rows_against_store()
        yield from self._store_against_rows()

    def _rows_against_store(self) -> Iterator[Difference]:
        last = ""
        while page := self._page(last):
            for stored in page:
                if (kind := self._wrong(stored)) is not None:
                    yield Difference(kind, stored.digests.sha256)
            last = page[-1].digests.sha256

    def _page(self, last: str) -> list[StoredBlob]:
        with self.uow() as uow:
            return uow.care.after(last, limit=_PAGE)

    def _wrong(self, stored: StoredBlob) -> Literal["missing", "other_size", "replaced"] | None:
        size_bytes = self.store.size_of(stored.ref)
        if size_bytes is None:
            return "missing"
        if size_bytes != stored.size_bytes:
            return "other_size"
        return None if self.store.is_current(stored.ref) else "replaced"

    def _store_against_rows(self) -> Iterator[Difference]:
        for found in self.store.everything():
            with self.uow() as uow:
                known = uow.care.knows(found)
            if not known:
                yield Difference("unknown", found.sha256 or found.place)
