"""Let the store itself lock what holds reach, and open what none reaches any more."""

from dataclasses import dataclass

from contracts.errors import NotFound
from services.storage.domain.facts import Damage
from services.storage.ports import BlobStore, UnitOfWorkFactory
from services.storage.use_cases.scrub import Scrub

_BATCH = 100


@dataclass(frozen=True, slots=True)
class ApplyHolds:
    """Some moments after a hold was placed or lifted; what was set is noted only when it was read back."""

    uow: UnitOfWorkFactory
    store: BlobStore
    scrub: Scrub

    def __call__(self) -> bool:
        """Look at one batch; return whether there was anything."""
        with self.uow() as uow:
            due = uow.holds.due(limit=_BATCH)
        for stored, held in due:
            sha256 = stored.digests.sha256
            try:
                self.store.hold(stored.ref, held=held)
            except NotFound:
                self.scrub.report(sha256, Damage.MISSING)
            with self.uow() as uow:
                uow.holds.applied(sha256, held=held)
                uow.commit()
        return bool(due)
