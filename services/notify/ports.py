"""What the use cases of notify need: a unit of work, names from entries, a composer, a sink, a clock, ids."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

from contracts.identifiers import EntryId, MessageId, NoticeId, PersonId
from services.notify.domain.facts import Fact
from services.notify.domain.letter import Alarm, Letter, Locale, Mail, PageName, Person
from services.notify.domain.notice import Notice, ToldNotice


@dataclass(frozen=True, slots=True)
class Delivery:
    """A mail that waits to be sent; ``attempts`` counts this one too."""

    notice: Notice
    attempts: int


class Clock(Protocol):
    """Tell the time."""

    def __call__(self) -> datetime:
        """Return now, aware UTC."""
        ...


class NewId(Protocol):
    """Make ids."""

    def __call__(self) -> str:
        """Return a fresh UUIDv7."""
        ...


class Entries(Protocol):
    """Ask the house of entries for names. Every method raises Unavailable when it does not answer."""

    def describe(self, entry: EntryId) -> PageName:
        """Return how a page is called; Unavailable too when entries does not know it yet."""
        ...

    def people(self, ids: Iterable[PersonId]) -> Mapping[PersonId, Person]:
        """Return the people entries knows of these."""
        ...

    def leads_of(self, entry: EntryId) -> tuple[PersonId, ...]:
        """Return the leads of the structures above a page, nearest first, as of today."""
        ...


class Composer(Protocol):
    """Write mails in the recipient's language."""

    def compose(self, letter: Letter) -> Mail:
        """Return the mail; the same letter always gives the same bytes. Invalid for an address no mail can carry."""
        ...

    def compose_alarm(self, alarm: Alarm, *, to: str, locale: Locale) -> Mail:
        """Return the operators' mail; the same alarm always gives the same bytes."""
        ...


class Sink(Protocol):
    """Take mails."""

    def deliver(self, mail: Mail) -> None:
        """Keep a mail for good; one with the same id replaces it. Unavailable when there is no room."""
        ...


class UnitOfWork(Protocol):
    """Change notices; nothing is kept unless ``commit`` is called."""

    def __enter__(self) -> Self:
        """Begin."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Roll back what was not committed."""
        ...

    def commit(self) -> None:
        """Keep all that was done, and let the published facts leave."""
        ...

    def knows(self, event: MessageId) -> bool:
        """Tell whether an event was noted before."""
        ...

    def add(self, notices: Iterable[Notice]) -> None:
        """Note what is to be told, each with a mail to send; what (event, person, kind) already has stays as it is."""
        ...

    def claim(self, limit: int, *, now: datetime, until: datetime) -> tuple[Delivery, ...]:
        """Take mails that are due; nobody else gets them before ``until``."""
        ...

    def sent(self, notice: Notice, mail: Mail, *, at: datetime) -> bool:
        """Say that a mail lies in the sink; false when that was said before."""
        ...

    def postpone(self, notice: Notice, *, until: datetime) -> None:
        """Try a mail again later."""
        ...

    def fail(self, notice: Notice, reason: str) -> bool:
        """Give a mail up; false when it was given up or sent before."""
        ...

    def told(
        self, person: PersonId, *, limit: int, before: NoticeId | None = None, unread_only: bool = False
    ) -> tuple[ToldNotice, ...]:
        """Return a person's notices whose words are written, newest first, from before ``before`` on."""
        ...

    def unread(self, person: PersonId) -> int:
        """Count what a person has not read."""
        ...

    def read(self, person: PersonId, ids: Iterable[NoticeId], *, at: datetime) -> None:
        """Mark notices as read; those of others and those read before stay as they are."""
        ...

    def publish(self, fact: Fact) -> None:
        """Announce a fact with the commit."""
        ...


class UnitOfWorkFactory(Protocol):
    """Open a unit of work."""

    def __call__(self) -> UnitOfWork:
        """Return a fresh one."""
        ...
