"""Send the mails that are due."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from contracts.errors import Invalid, NotFound, Unavailable
from contracts.identifiers import EntryId, PersonId
from services.notify.domain.facts import DeliveryFailed, NoticeSent
from services.notify.domain.letter import Letter, PageName, Person
from services.notify.domain.notice import Notice
from services.notify.ports import Clock, Composer, Delivery, Entries, Sink, UnitOfWorkFactory

# A round small enough to end well within the time its mails are kept for it.
MAILS_A_ROUND = 10
# A process that died is survived by its claims this long; twice the worst round (ten pulls of two seconds).
CLAIM_SECONDS = 40
_LONGEST_WAIT_SECONDS = 300


@dataclass(frozen=True, slots=True)
class DeliverMails:
    """
    Write each due mail and hand it over, then remember that it was sent.

    Whoever dies between the two repeats the first: the mail has the same name and overwrites itself.
    """

    open_unit: UnitOfWorkFactory
    entries: Entries
    composer: Composer
    sink: Sink
    clock: Clock

    def __call__(self) -> bool:
        """Send one round; say whether there was anything to do."""
        now = self.clock()
        with self.open_unit() as unit:
            due = unit.claim(MAILS_A_ROUND, now=now, until=now + timedelta(seconds=CLAIM_SECONDS))
            unit.commit()
        names = _Names(self.entries)
        for delivery in due:
            self._deliver(delivery, names)
        return bool(due)

    def _deliver(self, delivery: Delivery, names: "_Names") -> None:
        notice = delivery.notice
        try:
            mail = self.composer.compose(names.letter(notice))
            self.sink.deliver(mail)
        except Unavailable:
            self._postpone(delivery)
            return
        except (NotFound, Invalid) as error:
            self._fail(notice, error.code)
            return
        with self.open_unit() as unit:
            if unit.sent(notice, mail, at=self.clock()):
                unit.publish(NoticeSent(notice.id, notice.person, notice.kind))
            unit.commit()

    def _postpone(self, delivery: Delivery) -> None:
        wait = min(2**delivery.attempts, _LONGEST_WAIT_SECONDS)
        with self.open_unit() as unit:
            unit.postpone(delivery.notice, until=self.clock() + timedelta(seconds=wait))
            unit.commit()

    def _fail(self, notice: Notice, reason: str) -> None:
        with self.open_unit() as unit:
            if unit.fail(notice, reason):
                unit.publish(DeliveryFailed(notice.id, notice.person, notice.kind))
            unit.commit()


@dataclass
class _Names:
    """Ask for each name once a round: a seal tells five people of one page."""

    entries: Entries
    pages: dict[EntryId, PageName] = field(default_factory=dict)
    people: dict[PersonId, Person] = field(default_factory=dict)

    def letter(self, notice: Notice) -> Letter:
        """Return the letter of a notice; NotFound when its recipient is unknown, or left: nothing is theirs to read."""
        if notice.entry not in self.pages:
            self.pages[notice.entry] = self.entries.describe(notice.entry)
        page = self.pages[notice.entry]
        self._learn(one for one in (notice.person, page.author, notice.by) if one is not None)
        recipient = self.people.get(notice.person)
        if recipient is None or recipient.has_left:
            raise NotFound(person=notice.person)
        by = self.people.get(notice.by) if notice.by is not None else None
        return Letter(notice, recipient, page, author=self.people.get(page.author), by=by)

    def _learn(self, ids: Iterable[PersonId]) -> None:
        missing = {one for one in ids if one not in self.people}
        if missing:
            self.people.update(self.entries.people(missing))
