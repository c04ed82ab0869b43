"""Make a leaf of what other houses announce: every save, attachment, permission change and state change."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.signing.domain.leaf import SALT_BYTES, fact_leaf
from services.signing.ports.machines import Randomness
from services.signing.ports.memory import OpenUnitOfWork


@dataclass(frozen=True)
class RecordFact:
    """Append once for a message."""

    open: OpenUnitOfWork
    random: Randomness

    def __call__(self, fact: Mapping[str, Any], *, kind: str, message_id: str) -> None:
        """Commit to the canonical form of ``fact``, salted: the leaf tells nobody who did what."""
        with self.open() as uow:
            if not uow.first_time(consumer="record_fact", message_id=message_id):
                return
            leaf = fact_leaf(dict(fact), kind=kind, salt=self.random.token(SALT_BYTES), subject=message_id)
            uow.log.append(leaf)
            uow.commit()
