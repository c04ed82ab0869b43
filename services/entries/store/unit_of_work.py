"""Bound one change, or one look, on one connection."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from chassis import idempotency, jobs
from chassis.inbox import table as inbox
from chassis.outbox import table as outbox
from contracts.errors import Unavailable, UnknownOutcome
from contracts.identifiers import RequestKey
from services.entries.domain.caller import Caller
from services.entries.domain.facts import Fact
from services.entries.ports.machines import Clock
from services.entries.store.drafts import SqlDrafts
from services.entries.store.entries import SqlEntries
from services.entries.store.imports import Imports
from services.entries.store.notebooks import SqlGrants, SqlNotebooks
from services.entries.store.outbox import events_of
from services.entries.store.people import SqlPeople, SqlStructures
from services.entries.store.remarks import SqlRemarks

# Hears of facts once they are true; it must neither fail nor wait.
Told = Callable[[Sequence[Fact]], None]


def nobody(_facts: Sequence[Fact]) -> None:
    """Hear of facts where nobody has a page open: jobs, tests."""


class SqlRepositories:
    """All repositories on one connection."""

    structures: SqlStructures
    people: SqlPeople
    notebooks: SqlNotebooks
    entries: SqlEntries
    grants: SqlGrants
    drafts: SqlDrafts
    remarks: SqlRemarks
    imports: Imports

    def __init__(self, engine: Engine, *, zone: str) -> None:
        self._engine = engine
        self._zone = zone
        self._committing = False

    def __enter__(self) -> Self:
        """Take a connection; Unavailable when there is none."""
        try:
            self._connection: Connection = self._engine.connect()
        except (OperationalError, PoolTimeoutError) as error:
            raise Unavailable(machine="database") from error
        self.structures = SqlStructures(self._connection)
        self.people = SqlPeople(self._connection, zone=self._zone)
        self.notebooks = SqlNotebooks(self._connection, self.people, zone=self._zone)
        self.entries = SqlEntries(self._connection, zone=self._zone)
        self.grants = SqlGrants(self._connection, self.people, zone=self._zone)
        self.drafts = SqlDrafts(self._connection, zone=self._zone)
        self.remarks = SqlRemarks(self._connection, zone=self._zone)
        self.imports = Imports(self._connection)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Undo what was not committed and give the connection back."""
        self._connection.close()
        if isinstance(error, OperationalError) or (isinstance(error, DBAPIError) and error.connection_invalidated):
            # A commit whose answer was lost may have happened: the caller repeats with the same key.
            lost = UnknownOutcome if self._committing else Unavailable
            raise lost(machine="database") from error


class SqlReading(SqlRepositories):
    """A look without a transaction: one round trip a question."""


class SqlUnitOfWork(SqlRepositories):
    """One transaction with what goes out in its commit."""

    def __init__(self, engine: Engine, caller: Caller, *, zone: str, clock: Clock, told: Told) -> None:
        super().__init__(engine, zone=zone)
        self._caller = caller
        self._clock = clock
        self._told = told
        self._facts: list[Fact] = []

    def publish(self, *facts: Fact) -> None:
        """Announce facts in the same commit, in this order."""
        self._facts.extend(facts)

    def recall(self, request: RequestKey | None) -> dict[str, Any] | None:
        """Return the answer this request got before."""
        return None if request is None else idempotency.recall(self._connection, request)

    def remember(self, request: RequestKey | None, result: Mapping[str, Any]) -> None:
        """Keep the answer of a keyed request."""
        if request is not None:
            idempotency.remember(self._connection, request, dict(result))

    def first_time(self, *, consumer: str, message_id: str) -> bool:
        """Say whether this message is new to this consumer."""
        return inbox.first_time(self._connection, consumer=consumer, message_id=message_id)

    def enqueue(self, *, kind: str, key: str, payload: Mapping[str, Any]) -> str:
        """Add a job."""
        return jobs.enqueue(self._connection, kind=kind, key=key, payload=dict(payload))

    def commit(self) -> None:
        """Write the facts to the outbox and make it all true."""
        outbox.append(
            self._connection,
            events=events_of(self._facts),
            occurred_at=self._clock.now(),
            actor_id=self._caller.actor.person,
            correlation_id=self._caller.correlation_id,
        )
        self._committing = True
        self._connection.commit()
        self._committing = False
        self._told(self._facts)
        self._facts.clear()


@dataclass(frozen=True, slots=True)
class SqlUnits:
    """A maker of units of work."""

    engine: Engine
    zone: str
    clock: Clock
    told: Told = nobody

    def __call__(self, caller: Caller) -> SqlUnitOfWork:
        """Return a unit of work in the name of ``caller``."""
        return SqlUnitOfWork(self.engine, caller, zone=self.zone, clock=self.clock, told=self.told)


@dataclass(frozen=True, slots=True)
class SqlReadings:
    """A maker of looks; ``engine`` is in autocommit."""

    engine: Engine
    zone: str

    def __call__(self) -> SqlReading:
        """Return a look."""
        return SqlReading(self.engine, zone=self.zone)


def autocommit(engine: Engine) -> Engine:
    """Return the same pool without BEGIN and ROLLBACK around each question."""
    return engine.execution_options(isolation_level="AUTOCOMMIT")
