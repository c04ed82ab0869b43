"""Remember what a person has read."""

from collections.abc import Iterable
from dataclasses import dataclass

from contracts.identifiers import NoticeId, PersonId
from services.notify.ports import Clock, UnitOfWorkFactory


@dataclass(frozen=True, slots=True)
class ReadNotices:
    """Mark a person's own notices as read."""

    open_unit: UnitOfWorkFactory
    clock: Clock

    def __call__(self, person: PersonId, ids: Iterable[NoticeId]) -> None:
        """Mark them; repeating changes nothing, and nobody marks another's."""
        with self.open_unit() as unit:
            unit.read(person, ids, at=self.clock())
            unit.commit()
