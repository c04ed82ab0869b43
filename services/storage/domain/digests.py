"""Own the pair of digests every blob has, computed in one pass (decisions.md 27)."""

import hashlib
from dataclasses import dataclass

from contracts.identifiers import Sha256, Sha512


@dataclass(frozen=True, slots=True)
class Digests:
    """SHA-256 names the bytes; SHA-512 goes into evidence beside it (FIPS 180-4)."""

    sha256: Sha256
    sha512: Sha512


class DigestPass:
    """
    Hash bytes both ways as they go by.

    ``fork`` gives a copy that may fail without spoiling the original: a part that breaks half-way is received again.
    """

    __slots__ = ("_sha256", "_sha512")

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()
        self._sha512 = hashlib.sha512()

    def update(self, data: bytes | bytearray | memoryview) -> None:
        """Add the next bytes; hashlib lets other threads run meanwhile."""
        self._sha256.update(data)
        self._sha512.update(data)

    def fork(self) -> "DigestPass":
        """Copy the state so far."""
        copy = DigestPass.__new__(DigestPass)
        copy._sha256 = self._sha256.copy()  # noqa: SLF001 -- its own kind
        copy._sha512 = self._sha512.copy()  # noqa: SLF001
        return copy

    def digests(self) -> Digests:
        """Return both digests of everything seen so far."""
        return Digests(sha256=Sha256(self._sha256.hexdigest()), sha512=Sha512(self._sha512.hexdigest()))
