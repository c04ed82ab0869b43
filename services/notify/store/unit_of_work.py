"""Keep notices and deliveries in one transaction a unit."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Engine, RowMapping, func, select, update
from sqlalchemy.dialects.postgresql import insert

from chassis.bus import ambience
from chassis.outbox.table import append
from contracts.identifiers import MessageId, NoticeId, PersonId
from services.notify.domain.facts import Fact
from services.notify.domain.letter import Mail
from services.notify.domain.notice import Notice, ToldNotice
from services.notify.ports import Clock, Delivery
from services.notify.store.outbox import event_of
from services.notify.store.tables import delivery
from services.notify.store.tables import notice as told_notice

_FIELDS = tuple(Notice.__dataclass_fields__)


class PostgresUnitOfWork:
    """A unit of work on PostgreSQL. See the port for what each method promises."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def __enter__(self) -> Self:
        """Begin a transaction."""
        self._connection: Connection = self._engine.connect()
        self._facts: list[Fact] = []
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the connection back; closing it rolls back what was not committed."""
        self._connection.close()

    def commit(self) -> None:
        """Keep all that was done, and let the published facts leave in the same commit."""
        events = [event_of(fact) for fact in self._facts]
        cause = ambience.correlation_id.get() or ""
        append(self._connection, events=events, occurred_at=self._clock(), actor_id=None, correlation_id=cause)
        self._connection.commit()

    def publish(self, fact: Fact) -> None:
        """Announce a fact with the commit."""
        self._facts.append(fact)

    def knows(self, event: MessageId) -> bool:
        """Tell whether an event was noted before."""
        return (
            self._connection.execute(select(told_notice.c.id).where(told_notice.c.event == event).limit(1)).first()
            is not None
        )

    def add(self, notices: Iterable[Notice]) -> None:
        """Note what is to be told, each with a mail to send; what is already there stays as it is."""
        for one in notices:
            row = insert(told_notice).values(asdict(one)).on_conflict_do_nothing(constraint="notice_once")
            if self._connection.execute(row).rowcount:
                waiting = {"notice": one.id, "mail_id": one.mail_id, "state": "pending", "attempts": 0}
                self._connection.execute(insert(delivery).values(waiting | {"not_before": one.created_at}))

    def claim(self, limit: int, *, now: datetime, until: datetime) -> tuple[Delivery, ...]:
        """Take mails that are due, passing over those another worker is taking."""
        due = (
            select(delivery.c.notice)
            .where(delivery.c.state == "pending", delivery.c.not_before <= now)
            .order_by(delivery.c.not_before)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        taken = (
            update(delivery)
            .where(delivery.c.notice.in_(due))
            .values(not_before=until, attempts=delivery.c.attempts + 1)
            .returning(delivery.c.notice, delivery.c.attempts)
            .cte("taken")
        )
        rows = self._connection.execute(
            select(*(told_notice.c[name] for name in _FIELDS), taken.c.attempts)
            .join(taken, taken.c.notice == told_notice.c.id)
            .order_by(told_notice.c.id)
        ).mappings()
        return tuple(Delivery(_notice(row), row["attempts"]) for row in rows)

    def sent(self, notice: Notice, mail: Mail, *, at: datetime) -> bool:
        """Say that a mail lies in the sink; false when that was said before."""
        self._connection.execute(
            update(told_notice).where(told_notice.c.id == notice.id).values(title=mail.title, text=mail.text)
        )
        return self._end(notice, state="sent", sent_at=at)

    def postpone(self, notice: Notice, *, until: datetime) -> None:
        """Try a mail again later."""
        waiting = (delivery.c.notice == notice.id) & (delivery.c.state == "pending")
        self._connection.execute(update(delivery).where(waiting).values(not_before=until))

    def fail(self, notice: Notice, reason: str) -> bool:
        """Give a mail up; false when it was given up or sent before."""
        return self._end(notice, state="failed", failure=reason)

    def _end(self, notice: Notice, **values: Any) -> bool:
        waiting = (delivery.c.notice == notice.id) & (delivery.c.state == "pending")
        return self._connection.execute(update(delivery).where(waiting).values(values)).rowcount > 0

    def told(
        self, person: PersonId, *, limit: int, before: NoticeId | None = None, unread_only: bool = False
    ) -> tuple[ToldNotice, ...]:
        """Return a person's notices whose words are written, newest first: their ids are UUIDv7."""
        rows = select(told_notice).where(told_notice.c.person == person, told_notice.c.title.is_not(None))
        if before is not None:
            rows = rows.where(told_notice.c.id < before)
        if unread_only:
            rows = rows.where(told_notice.c.read_at.is_(None))
        found = self._connection.execute(rows.order_by(told_notice.c.id.desc()).limit(limit)).mappings()
        return tuple(ToldNotice(_notice(row), row["title"], row["text"], row["read_at"]) for row in found)

    def unread(self, person: PersonId) -> int:
        """Count what a person has not read."""
        unread = (told_notice.c.person == person) & told_notice.c.title.is_not(None) & told_notice.c.read_at.is_(None)
        return self._connection.execute(select(func.count()).select_from(told_notice).where(unread)).scalar_one()

    def read(self, person: PersonId, ids: Iterable[NoticeId], *, at: datetime) -> None:
        """Mark notices as read; those of others and those read before stay as they are."""
        own = (told_notice.c.person == person) & told_notice.c.id.in_(list(ids)) & told_notice.c.read_at.is_(None)
        self._connection.execute(update(told_notice).where(own).values(read_at=at))


def _notice(row: RowMapping) -> Notice:
    return Notice(**{name: row[name] for name in _FIELDS})
