"""Look again and again whether every blob is still what it was."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from contracts.errors import IntegrityBroken, NotFound
from contracts.identifiers import Sha256
from services.storage.domain.digests import DigestPass
from services.storage.domain.facts import BytesBroken, Damage
from services.storage.ports import BlobStore, Cause, Clock, StoredBlob, UnitOfWorkFactory


@dataclass(frozen=True, slots=True)
class Scrub:
    """
    Re-hash one blob at a time, the one whose last check is longest ago: the rows are the cursor, no death loses it.

    ``pace`` is told how much was read, and waits. No transaction is open meanwhile. Damage is announced once, not at
    every round; bytes that were restored are whole again at the next.
    """

    uow: UnitOfWorkFactory
    store: BlobStore
    clock: Clock
    pace: Callable[[int], None]
    rest: timedelta

    def __call__(self) -> bool:
        """
        Check one blob; return whether there was one to check.

        Raises:
            Unavailable: The store does not answer: nothing is known, so nothing is said.

        """
        with self.uow() as uow:
            stored = uow.care.longest_unchecked(self.clock() - self.rest)
        if stored is None:
            return False
        self.report(stored.digests.sha256, self.look(stored))
        return True

    def look(self, stored: StoredBlob) -> Damage | None:
        """Read all of a blob, and say what is wrong with it."""
        size_bytes = self.store.size_of(stored.ref)
        if size_bytes is None:
            return Damage.MISSING
        if size_bytes < stored.size_bytes:
            return Damage.TRUNCATED
        try:
            whole = size_bytes == stored.size_bytes and self._hashes(stored)
        except NotFound:
            return Damage.MISSING
        except IntegrityBroken as error:
            return Damage.TRUNCATED if error.detail.get("reason") == "truncated" else Damage.DAMAGED
        if not whole:
            return Damage.DAMAGED
        return None if self.store.is_current(stored.ref) else Damage.REPLACED

    def report(self, sha256: Sha256, damage: Damage | None) -> None:
        """Note a finding; announce damage that was not known."""
        now = self.clock()
        with self.uow() as uow:
            uow.blobs.lock(sha256)
            if uow.blobs.get(sha256) is None:
                return
            before = uow.care.checked(sha256, at=now, damage=damage)
            if damage is not None and damage is not before:
                uow.publish(BytesBroken(sha256, damage), cause=Cause(), at=now)
            uow.commit()

    def _hashes(self, stored: StoredBlob) -> bool:
        digests = DigestPass()
        for piece in self.store.read(stored.ref, 0, stored.size_bytes):
            digests.update(piece)
            self.pace(len(piece))
        return digests.digests() == stored.digests
