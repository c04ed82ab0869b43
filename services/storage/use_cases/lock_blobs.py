"""Lock what is kept for good, so that not even its owner deletes it early."""

from dataclasses import dataclass
from datetime import timedelta

from contracts.errors import NotFound
from services.storage.domain.facts import Damage
from services.storage.ports import BlobStore, Clock, UnitOfWorkFactory
from services.storage.use_cases.scrub import Scrub

_BATCH = 100


@dataclass(frozen=True, slots=True)
class LockBlobs:
    """
    Set the store's own lock some moments after a revision named a file, and renew it at half of its time.

    Until then the rows protect it as they do from us; the lock protects it from everybody. It is noted only when it was
    read back.
    """

    uow: UnitOfWorkFactory
    store: BlobStore
    clock: Clock
    scrub: Scrub
    retention: timedelta

    def __call__(self) -> bool:
        """Lock one batch; return whether there was anything to lock."""
        now = self.clock()
        with self.uow() as uow:
            due = uow.care.to_lock(now + self.retention / 2, limit=_BATCH)
        for stored in due:
            sha256 = stored.digests.sha256
            try:
                self.store.retain(stored.ref, now + self.retention)
            except NotFound:
                self.scrub.report(sha256, Damage.MISSING)
                continue
            with self.uow() as uow:
                uow.care.locked(sha256, now + self.retention)
                uow.commit()
        return bool(due)
