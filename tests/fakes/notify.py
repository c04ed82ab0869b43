# ruff: noqa: D102 -- the ports say what each method promises
"""Notices in memory, a sink in a dict, and an entries that knows three people."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from contracts.errors import Unavailable
from contracts.identifiers import EntryId, MessageId, NoticeId, PersonId
from services.notify.domain.facts import Fact
from services.notify.domain.letter import Mail, PageName, Person
from services.notify.domain.notice import Notice, ToldNotice
from services.notify.ports import Delivery
from tests.builders.notices import ADA, LEA, PAGE, WIM


@dataclass(frozen=True)
class Row:
    """A notice with its mail."""

    notice: Notice
    not_before: datetime
    state: str = "pending"
    attempts: int = 0
    mail: Mail | None = None
    read_at: datetime | None = None


@dataclass
class Desk:
    """All a fake house keeps."""

    rows: dict[NoticeId, Row] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)


class FakeUnitOfWork:
    """Work on a copy of the desk; ``commit`` puts it back."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def __enter__(self) -> Self:
        self._rows, self._facts = dict(self._desk.rows), list(self._desk.facts)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        del self._rows

    def commit(self) -> None:
        self._desk.rows, self._desk.facts = dict(self._rows), list(self._facts)

    def publish(self, fact: Fact) -> None:
        self._facts.append(fact)

    def knows(self, event: MessageId) -> bool:
        return any(row.notice.event == event for row in self._rows.values())

    def add(self, notices: Iterable[Notice]) -> None:
        for one in notices:
            same = (one.event, one.person, one.kind)
            if all((row.notice.event, row.notice.person, row.notice.kind) != same for row in self._rows.values()):
                self._rows[one.id] = Row(one, one.created_at)

    def claim(self, limit: int, *, now: datetime, until: datetime) -> tuple[Delivery, ...]:
        due = [row for row in self._rows.values() if row.state == "pending" and row.not_before <= now]
        taken = [replace(row, not_before=until, attempts=row.attempts + 1) for row in due[:limit]]
        self._rows.update({row.notice.id: row for row in taken})
        return tuple(Delivery(row.notice, row.attempts) for row in taken)

    def sent(self, notice: Notice, mail: Mail, *, at: datetime) -> bool:
        return self._change(notice, state="sent", mail=mail)

    def postpone(self, notice: Notice, *, until: datetime) -> None:
        self._change(notice, not_before=until)

    def fail(self, notice: Notice, reason: str) -> bool:
        return self._change(notice, state="failed")

    def _change(self, notice: Notice, **changes: Any) -> bool:
        row = self._rows[notice.id]
        if row.state != "pending":
            return False
        self._rows[notice.id] = replace(row, **changes)
        return True

    def told(
        self, person: PersonId, *, limit: int, before: NoticeId | None = None, unread_only: bool = False
    ) -> tuple[ToldNotice, ...]:
        shown = [
            ToldNotice(row.notice, row.mail.title, row.mail.text, row.read_at)
            for row in self._rows.values()
            if row.mail is not None and row.notice.person == person
            if (before is None or row.notice.id < before) and not (unread_only and row.read_at is not None)
        ]
        return tuple(sorted(shown, key=lambda told: told.notice.id, reverse=True)[:limit])

    def unread(self, person: PersonId) -> int:
        return len(self.told(person, limit=1_000_000, unread_only=True))

    def read(self, person: PersonId, ids: Iterable[NoticeId], *, at: datetime) -> None:
        for one in ids:
            row = self._rows.get(one)
            if row is not None and row.notice.person == person and row.read_at is None:
                self._rows[one] = replace(row, read_at=at)


@dataclass
class FakeEntries:
    """The house of entries as notify sees it; ``down`` makes it silent."""

    known: dict[PersonId, Person] = field(default_factory=lambda: {one.id: one for one in (ADA, WIM, LEA)})
    leads: tuple[PersonId, ...] = (LEA.id,)
    down: bool = False

    def describe(self, entry: EntryId) -> PageName:
        self._answer()
        return replace(PAGE, entry=entry)

    def people(self, ids: Iterable[PersonId]) -> Mapping[PersonId, Person]:
        self._answer()
        return {one: self.known[one] for one in ids if one in self.known}

    def leads_of(self, entry: EntryId) -> tuple[PersonId, ...]:
        self._answer()
        return self.leads

    def _answer(self) -> None:
        if self.down:
            raise Unavailable


@dataclass
class FakeSink:
    """Keep mails by id; ``full`` makes it refuse."""

    mails: dict[str, Mail] = field(default_factory=dict)
    full: bool = False

    def deliver(self, mail: Mail) -> None:
        if self.full:
            raise Unavailable(sink="fake")
        self.mails[mail.id] = mail
