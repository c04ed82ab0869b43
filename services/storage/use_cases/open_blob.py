"""Open a blob for reading after a look at its size."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from contracts.errors import IntegrityBroken, NotFound
from contracts.identifiers import Sha256
from services.storage.ports import BlobRef, BlobStore


@dataclass(frozen=True, slots=True)
class OpenBlob:
    """Give access to ranges of a blob whose size is still what it was when it was confirmed."""

    store: BlobStore

    def __call__(self, sha256: Sha256, size_bytes: int) -> Callable[[int, int], Iterator[bytes]]:
        """
        Return a reader of (start, size) ranges.

        Raises:
            NotFound: The bytes were dropped since the URL was signed.
            IntegrityBroken: The file is shorter or longer than the blob: page someone.

        """
        blob = BlobRef(sha256, size_bytes)
        found = self.store.size_of(blob)
        if found is None:
            raise NotFound(kind="blob", id=sha256)
        if found != size_bytes:
            raise IntegrityBroken(kind="blob", id=sha256)
        return lambda start, size: self.store.read(blob, start, size)
