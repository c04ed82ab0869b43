"""Note who is to be told of an event."""

from dataclasses import dataclass

from contracts.identifiers import MessageId, NoticeId, PersonId
from services.notify.domain.notice import Notice
from services.notify.domain.telling import Commented, Happening, Returned, Sealed, Signed, Telling, TurnCame, tellings
from services.notify.ports import Clock, Entries, NewId, UnitOfWorkFactory


@dataclass(frozen=True, slots=True)
class NoteEvent:
    """Write one notice for each person an event concerns; the mails follow by themselves."""

    open_unit: UnitOfWorkFactory
    entries: Entries
    clock: Clock
    new_id: NewId

    def __call__(self, event: MessageId, happening: Happening) -> None:
        """
        Note the event; a repeat changes nothing, even when the leads changed meanwhile.

        Raises:
            Unavailable: the leads are not known because entries does not answer.

        """
        with self.open_unit() as unit:
            if unit.knows(event):
                return
        leads = self.entries.leads_of(happening.entry) if isinstance(happening, Sealed) else ()
        notices = [self._notice(event, happening, telling) for telling in tellings(happening, leads)]
        with self.open_unit() as unit:
            unit.add(notices)
            unit.commit()

    def _notice(self, event: MessageId, happening: Happening, telling: Telling) -> Notice:
        return Notice(
            id=NoticeId(self.new_id()), event=event, person=telling.person, kind=telling.kind,
            capacity=telling.capacity, entry=happening.entry, created_at=self.clock(), by=_actor(happening),
            role=happening.role if isinstance(happening, TurnCame | Signed) else None,
            alone=isinstance(happening, Sealed) and happening.alone,
        )  # fmt: skip


def _actor(happening: Happening) -> PersonId | None:
    match happening:
        case Signed(person=person):
            return person
        case Returned(by=by) | Commented(by=by):
            return by
        case _:
            return None
