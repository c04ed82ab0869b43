"""Make several changes one commit."""

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from chassis import idempotency, jobs
from chassis.bus import ambience
from chassis.inbox import table as inbox
from chassis.outbox import table as outbox
from contracts.errors import Conflict
from contracts.identifiers import CircuitId, PersonId, RequestKey
from services.signing.domain.facts import Fact
from services.signing.ports.machines import Clock
from services.signing.ports.memory import Ceremonies, Circuits, Intents, Log, Signatures
from services.signing.store.acts import SqlCeremonies, SqlIntents, SqlSignatures
from services.signing.store.circuits import SqlCircuits
from services.signing.store.log import SqlLog
from services.signing.store.outbox import event_of


class SqlUnitOfWork:
    """Hold one connection and its transaction from ``with`` to ``commit``."""

    circuits: Circuits
    ceremonies: Ceremonies
    intents: Intents
    signatures: Signatures
    log: Log

    def __init__(self, engine: Engine, *, clock: Clock, work_waits: Callable[[], None]) -> None:
        self._engine = engine
        self._clock = clock
        self._work_waits = work_waits
        self._enqueued = False

    def __enter__(self) -> Self:
        self._connection: Connection = self._engine.connect()
        self.circuits = SqlCircuits(self._connection)
        self.ceremonies = SqlCeremonies(self._connection)
        self.intents = SqlIntents(self._connection)
        self.signatures = SqlSignatures(self._connection)
        self.log = SqlLog(self._connection)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()
        if isinstance(error, IntegrityError):
            raise Conflict(reason="done_by_another") from error

    def commit(self) -> None:
        """Make it so; then wake the job process when there is work for it."""
        self._connection.commit()
        if self._enqueued:
            self._enqueued = False
            self._work_waits()

    def publish(self, fact: Fact, *, actor: PersonId | None = None) -> None:
        """Put a fact's event into the outbox."""
        outbox.append(
            self._connection,
            events=(event_of(fact),),
            occurred_at=self._clock.now(),
            actor_id=actor,
            correlation_id=ambience.correlation_id.get() or "",
        )

    def first_time(self, *, consumer: str, message_id: str) -> bool:
        """Tell whether this consumer sees the message for the first time."""
        return inbox.first_time(self._connection, consumer=consumer, message_id=message_id)

    def first_times(self, *, consumer: str, message_ids: Sequence[str]) -> frozenset[str]:
        """Return those messages that this consumer sees for the first time."""
        return inbox.first_times(self._connection, consumer=consumer, message_ids=message_ids)

    def recall(self, request: RequestKey) -> dict[str, Any] | None:
        """Return the answer a keyed request got before."""
        return idempotency.recall(self._connection, request)

    def remember(self, request: RequestKey, result: dict[str, Any]) -> None:
        """Keep the answer of a keyed request."""
        idempotency.remember(self._connection, request, result)

    def enqueue(self, kind: str, *, circuit: CircuitId, turn: str = "") -> None:
        """Ask the job process for work."""
        jobs.enqueue(self._connection, kind=kind, key=f"{circuit}{turn}", payload={"circuit": circuit})
        self._enqueued = True
