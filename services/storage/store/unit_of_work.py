"""Do everything in one transaction of storage's database, or nothing."""

from collections.abc import Iterable
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Engine

from chassis import idempotency, jobs
from chassis.outbox import table as outbox
from contracts.identifiers import RequestKey, Sha256
from services.storage.domain.facts import Fact
from services.storage.domain.reading import JOB_KIND
from services.storage.ports import Cause
from services.storage.store.blobs import PostgresBlobs
from services.storage.store.care import PostgresCare
from services.storage.store.holds import PostgresHolds
from services.storage.store.outbox import event_of
from services.storage.store.readings import PostgresReadings
from services.storage.store.uploads import PostgresUploads


class PostgresUnitOfWork:
    """A unit of work on PostgreSQL. See the port for what each method promises."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __enter__(self) -> Self:
        """Begin a transaction."""
        self._connection: Connection = self._engine.connect()
        self.uploads = PostgresUploads(self._connection)
        self.blobs = PostgresBlobs(self._connection)
        self.holds = PostgresHolds(self._connection)
        self.care = PostgresCare(self._connection)
        self.readings = PostgresReadings(self._connection)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the connection back; closing it rolls back what was not committed."""
        self._connection.close()

    def ask_to_read(self, digests: Iterable[Sha256], *, version: int) -> None:
        """Have a job read these bytes after the commit."""
        payloads = {f"{sha256}/{version}": {"sha256": sha256} for sha256 in digests}
        jobs.enqueue_all(self._connection, kind=JOB_KIND, payloads=payloads)

    def publish(self, fact: Fact, *, cause: Cause, at: datetime) -> None:
        """Announce in the same commit."""
        outbox.append(
            self._connection,
            events=[event_of(fact)],
            occurred_at=at,
            actor_id=cause.person,
            correlation_id=cause.correlation_id,
        )

    def recall(self, request: RequestKey) -> dict[str, Any] | None:
        """Return what a keyed request answered before."""
        return idempotency.recall(self._connection, request)

    def remember(self, request: RequestKey, result: dict[str, Any]) -> None:
        """Keep what it answers, in the same commit."""
        idempotency.remember(self._connection, request, result)

    def commit(self) -> None:
        """Make everything so."""
        self._connection.commit()
