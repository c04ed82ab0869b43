"""Run long work outside the request: rows of the house's own ``job`` table, done by an un-patched process.

A job is added in the transaction that makes it necessary, claimed under a lease, repeated after a crash, and may report
progress. Its process is started on demand and ends after a minute of idleness (decision 8).
"""

import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NoReturn

import structlog
from sqlalchemy import (
    Column,
    Connection,
    DateTime,
    Engine,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
    update,
)
from sqlalchemy import select as sql_select
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.exc import OperationalError
from uuid_utils import uuid7

from chassis.bus import ambience
from chassis.migration import Migration
from contracts.errors import PaillasseError, Unavailable

log = structlog.get_logger()
# A crashed process's job is taken up again after this; a living one renews in a third of it.
LEASE = timedelta(seconds=9)
RENEW_SECONDS = 3.0
# LISTEN wakes the process; this finds what a lost wake-up left, and jobs whose time has come.
POLL_SECONDS = 1.0
ATTEMPTS = 8
LONGEST_BACKOFF_SECONDS = 60
WATCH_SECONDS = 2.0
# Held, shared, by every living job process of a database.
ALIVE = text("SELECT pg_try_advisory_lock_shared(hashtextextended('paillasse-jobs', 0))")
NOBODY = text("SELECT pg_try_advisory_xact_lock(hashtextextended('paillasse-jobs', 0))")


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work; ``attempt`` counts from 1."""

    id: str
    kind: str
    key: str
    payload: dict[str, Any]
    attempt: int


Progress = Callable[[dict[str, Any]], None]
Handler = Callable[[Job, Progress], dict[str, Any]]


def job_table(metadata: MetaData) -> Table:
    """Return the table; (kind, key) is unique: the same work asked for twice is one job."""
    now = text("now()")
    return Table(
        "job",
        metadata,
        Column("id", Text, primary_key=True),
        Column("kind", Text, nullable=False),
        Column("key", Text, nullable=False),
        Column("payload", JSONB, nullable=False),
        Column("state", Text, nullable=False, server_default="queued"),
        Column("attempts", Integer, nullable=False, server_default=text("0")),
        Column("progress", JSONB, nullable=False, server_default=text("'{}'")),
        Column("result", JSONB),
        Column("error", Text),
        Column("not_before", DateTime(timezone=True), nullable=False, server_default=now),
        Column("lease_until", DateTime(timezone=True), nullable=False, server_default=now),
        Column("created_at", DateTime(timezone=True), nullable=False, server_default=now),
        UniqueConstraint("kind", "key"),
        # Done jobs stay, so that asking again is known to be again: what waits must be found among millions of them.
        Index("job_workable", "created_at", postgresql_where=text("state IN ('queued', 'running')")),
    )


_TABLE = job_table(MetaData())
_TRIGGER = """
CREATE FUNCTION job_announce() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_notify('job', ''); RETURN NULL; END $$
"""
_ATTACH = "CREATE TRIGGER job_announce AFTER INSERT ON job FOR EACH STATEMENT EXECUTE FUNCTION job_announce()"


def create(op: Migration) -> None:
    """Create table and wake-up call, from a house's migration."""
    job_table(MetaData()).create(op.get_bind())
    for statement in (_TRIGGER, _ATTACH):
        op.execute(statement)


def enqueue(connection: Connection, *, kind: str, key: str, payload: dict[str, Any]) -> str:
    """Add a job in the caller's transaction and return its id; the same kind and key return the job there is."""
    values = {"id": str(uuid7()), "kind": kind, "key": key, "payload": payload}
    connection.execute(insert(_TABLE).values(**values).on_conflict_do_nothing())
    found = sql_select(_TABLE.c.id).where(_TABLE.c.kind == kind, _TABLE.c.key == key)
    return str(connection.execute(found).scalar_one())


def enqueue_all(connection: Connection, *, kind: str, payloads: Mapping[str, dict[str, Any]]) -> None:
    """Add a job for each key in one statement; one that had failed for good is queued anew: what was away may be back.

    Keys are added in order, so that two transactions with some keys in common never wait for each other in a ring.
    """
    rows = [
        {"id": str(uuid7()), "kind": kind, "key": key, "payload": payload} for key, payload in sorted(payloads.items())
    ]
    if not rows:
        return
    adding = insert(_TABLE).on_conflict_do_update(
        index_elements=[_TABLE.c.kind, _TABLE.c.key],
        set_={"state": "queued", "attempts": 0, "not_before": func.now()},
        where=_TABLE.c.state == "failed",
    )
    connection.execute(adding.values(rows))


def _workable() -> Any:
    queued = (_TABLE.c.state == "queued") & (_TABLE.c.not_before <= func.now())
    orphaned = (_TABLE.c.state == "running") & (_TABLE.c.lease_until < func.now())
    return queued | orphaned


def claim(connection: Connection) -> Job | None:
    """Take the oldest job nobody works on; its lease must be renewed."""
    oldest = (
        sql_select(_TABLE.c.id)
        .where(_workable())
        .order_by(_TABLE.c.created_at)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    row = connection.execute(
        update(_TABLE)
        .where(_TABLE.c.id == oldest)
        .values(state="running", attempts=_TABLE.c.attempts + 1, lease_until=func.now() + LEASE)
        .returning(_TABLE.c.id, _TABLE.c.kind, _TABLE.c.key, _TABLE.c.payload, _TABLE.c.attempts)
    ).first()
    return None if row is None else Job(row.id, row.kind, row.key, row.payload, row.attempts)


@dataclass(slots=True)
class JobLoop:
    """The main loop of a job process (un-patched, one job at a time)."""

    engine: Engine
    stopping: threading.Event = field(default_factory=threading.Event)

    def run(self, handlers: Mapping[str, Handler], *, idle_seconds: float = 60.0) -> None:
        """Do jobs until there were none for ``idle_seconds`` or SIGTERM came; what it interrupts is queued again."""
        signal.signal(signal.SIGTERM, self._on_term)
        raw = self.engine.raw_connection()
        listening: Any = raw.driver_connection
        listening.set_isolation_level(0)
        listening.cursor().execute("LISTEN job")
        listening.cursor().execute(str(ALIVE))
        # By the clock: who asks again and again for what is under a dead process's lease wakes this one each time.
        last_worked = time.monotonic()
        try:
            while time.monotonic() - last_worked < idle_seconds and not self.stopping.is_set():
                if self._work_one(handlers):
                    last_worked = time.monotonic()
                    continue
                select.select([listening], [], [], POLL_SECONDS)
                listening.poll()
                listening.notifies.clear()
        finally:
            raw.invalidate()

    def _on_term(self, *_: object) -> NoReturn:
        self.stopping.set()
        sys.exit(0)

    def _work_one(self, handlers: Mapping[str, Handler]) -> bool:
        with self.engine.begin() as connection:
            job = claim(connection)
        if job is None:
            return False
        ambience.correlation_id.set(job.id)
        over = threading.Event()
        renewing = threading.Thread(target=self._renew, args=(job, over), daemon=True)
        renewing.start()
        try:
            result = handlers[job.kind](job, lambda values: self._set(job, progress=values))
            self._set(job, state="done", result=result, error=None)
        except PaillasseError as error:
            self._fail(job, error)
        except BaseException as error:
            # Also SystemExit: whoever comes next starts again at once.
            self._fail(job, error)
            raise
        finally:
            over.set()
            renewing.join()
        return True

    def _fail(self, job: Job, error: BaseException) -> None:
        """Queue again what may succeed later; keep the reason of what will not."""
        passing = isinstance(error, Unavailable | OperationalError | OSError | SystemExit)
        log.warning("job_failed", kind=job.kind, job=job.id, attempt=job.attempt, error=repr(error), again=passing)
        if passing and job.attempt < ATTEMPTS:
            wait = 0 if isinstance(error, SystemExit) else min(2**job.attempt, LONGEST_BACKOFF_SECONDS)
            self._set(job, state="queued", error=repr(error), not_before=func.now() + timedelta(seconds=wait))
        else:
            self._set(job, state="failed", error=repr(error))

    def _renew(self, job: Job, over: threading.Event) -> None:
        while not over.wait(RENEW_SECONDS):
            try:
                self._set(job, lease_until=func.now() + LEASE)
            except OperationalError as error:
                log.warning("job_lease_not_renewed", job=job.id, error=repr(error))

    def _set(self, job: Job, **values: Any) -> None:
        # Another attempt's row is not ours any more: a process that slept past its lease changes nothing.
        mine = (_TABLE.c.id == job.id) & (_TABLE.c.attempts == job.attempt)
        with self.engine.begin() as connection:
            connection.execute(update(_TABLE).where(mine).values(**values))


@dataclass(slots=True)
class JobStarter:
    """Start the job process of a house when there is work and nobody to do it; runs in the (green) service process."""

    engine: Engine
    module: str
    child: "subprocess.Popen[bytes] | None" = None
    over: threading.Event = field(default_factory=threading.Event)

    def ensure(self) -> None:
        """Start the process if it is needed; call it after the commit that added a job."""
        if self.child is not None and self.child.poll() is None:
            return
        with self.engine.begin() as connection:
            work = connection.execute(sql_select(_TABLE.c.id).where(_workable()).limit(1)).first()
            needed = work is not None and bool(connection.execute(NOBODY).scalar())
        if needed:
            # Same process group as the service: whoever ends that ends this.
            self.child = subprocess.Popen([sys.executable, "-m", self.module], stdin=subprocess.DEVNULL)
            log.info("job_process_started", module=self.module, pid=self.child.pid)

    def watch(self) -> None:
        """Look every two seconds until ``close``: work left by a crash, jobs whose time has come."""
        while not self.over.wait(WATCH_SECONDS):
            try:
                self.ensure()
            except OperationalError as error:
                log.warning("job_watch_failed", error=repr(error))

    def start_watching(self) -> None:
        """Run ``watch`` in a thread (a green one where the process is patched)."""
        threading.Thread(target=self.watch, name="jobs", daemon=True).start()

    def close(self) -> None:
        """Stop watching and ask the child to end; its job is queued again."""
        self.over.set()
        if self.child is not None and self.child.poll() is None:
            self.child.terminate()
