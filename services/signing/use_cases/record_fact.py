"""Make leaves of what other houses announce: every save, attachment, permission change and state change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.signing.domain.leaf import SALT_BYTES, LeafDraft, fact_leaf
from services.signing.ports.machines import Randomness
from services.signing.ports.memory import OpenUnitOfWork


@dataclass(frozen=True, slots=True)
class ToldFact:
    """A fact as its event tells it; ``content`` is what the leaf commits to."""

    content: Mapping[str, Any]
    kind: str
    message_id: str


@dataclass(frozen=True)
class RecordFacts:
    """Append once for a message."""

    open: OpenUnitOfWork
    random: Randomness

    def __call__(self, told: Sequence[ToldFact]) -> None:
        """Commit to the canonical form of each fact, salted: the leaf tells nobody who did what."""
        with self.open() as uow:
            new = uow.first_times(consumer="record_fact", message_ids=[fact.message_id for fact in told])
            if not new:
                return
            unique = {fact.message_id: fact for fact in told if fact.message_id in new}
            uow.log.extend([self._leaf(fact) for fact in unique.values()])
            uow.commit()

    def _leaf(self, fact: ToldFact) -> LeafDraft:
        salt = self.random.token(SALT_BYTES)
        return fact_leaf(dict(fact.content), kind=fact.kind, salt=salt, subject=fact.message_id)
