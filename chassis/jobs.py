"""Do long work in an un-patched process of its own: rows of the house's job table, claimed, leased and reported on."""

import json
import select
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NewType

import structlog
from sqlalchemy import Column, Connection, DateTime, Engine, Index, Integer, MetaData, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from uuid_utils import uuid7

from chassis.telemetry import JOB_SECONDS

if TYPE_CHECKING:
    from alembic.operations import Operations

JobId = NewType("JobId", str)

# A job whose process has not renewed its lease for this long may be taken by another.
LEASE_SECONDS = 30
# Tries before a job is given up, and the pause before each next one.
ATTEMPTS = 5
BACK_OFF_SECONDS = (1, 5, 30, 120)
# Held by the one job process of a house's database: "jobs" in ASCII.
_ALIVE_LOCK = 0x6A6F6273

log = structlog.get_logger()


def job_table(metadata: MetaData) -> Table:
    """Return the table; ``state`` is queued, running, done or failed."""
    return Table(
        "job",
        metadata,
        Column("id", Text, primary_key=True),
        Column("kind", Text, nullable=False),
        Column("key", Text, nullable=False),
        Column("payload", JSONB, nullable=False),
        Column("state", Text, nullable=False, server_default=text("'queued'")),
        Column("attempts", Integer, nullable=False, server_default=text("0")),
        Column("not_before", DateTime(timezone=True), nullable=False, server_default=text("now()")),
        Column("leased_until", DateTime(timezone=True), nullable=True),
        Column("progress", JSONB, nullable=False, server_default=text("'{}'")),
        Column("result", JSONB, nullable=True),
        Column("error", JSONB, nullable=True),
        Column("created_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
        Column("finished_at", DateTime(timezone=True), nullable=True),
        Index("job_kind_key", "kind", "key", unique=True),
        Index("job_open", "not_before", postgresql_where=text("state IN ('queued', 'running')")),
    )


def create(op: "Operations") -> None:
    """Create the table, from a house's first migration."""
    job_table(MetaData()).create(op.get_bind())


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of long work; ``attempt`` counts from 1."""

    id: JobId
    kind: str
    key: str
    payload: dict[str, Any]
    attempt: int


class JobRefusedError(Exception):
    """The job can never succeed: do not try again. ``detail`` is what the house shows."""

    def __init__(self, **detail: Any) -> None:
        self.detail = detail
        super().__init__(detail)


Progress = Callable[[dict[str, Any]], None]
Handler = Callable[[Job, Progress], dict[str, Any]]

_ENQUEUE = text("""
INSERT INTO job (id, kind, key, payload) VALUES (:id, :kind, :key, CAST(:payload AS jsonb))
ON CONFLICT (kind, key) DO UPDATE SET kind = excluded.kind RETURNING id
""")
_CLAIM = text("""
UPDATE job SET state = 'running', attempts = attempts + 1, leased_until = now() + make_interval(secs => :lease)
WHERE id = (
  SELECT id FROM job
  WHERE kind = ANY(:kinds) AND not_before <= now()
    AND (state = 'queued' OR (state = 'running' AND leased_until < now()))
  ORDER BY not_before, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, kind, key, payload, attempts
""")
_OPEN = text("""
SELECT EXISTS (SELECT FROM job WHERE state = 'queued' AND not_before <= now()
               OR state = 'running' AND leased_until < now())
""")
_RENEW = text("UPDATE job SET leased_until = now() + make_interval(secs => :lease) WHERE id = :id")
_REPORT = text("UPDATE job SET progress = CAST(:progress AS jsonb) WHERE id = :id")
_DONE = text("""
UPDATE job SET state = 'done', result = CAST(:result AS jsonb), error = NULL, leased_until = NULL, finished_at = now()
WHERE id = :id
""")
_FAILED = text("""
UPDATE job SET state = 'failed', error = CAST(:error AS jsonb), leased_until = NULL, finished_at = now() WHERE id = :id
""")
_AGAIN = text("""
UPDATE job SET state = 'queued', error = CAST(:error AS jsonb), leased_until = NULL,
  not_before = now() + make_interval(secs => :pause)
WHERE id = :id
""")


def enqueue(connection: Connection, *, kind: str, key: str, payload: dict[str, Any]) -> JobId:
    """Add a job in the caller's transaction and return its id; the same kind and key twice is the same job."""
    values = {"id": str(uuid7()), "kind": kind, "key": key, "payload": json.dumps(payload)}
    job: str = connection.execute(_ENQUEUE, values).scalar_one()
    connection.execute(text("SELECT pg_notify('job', '')"))
    return JobId(job)


class JobLoop:
    """Claim and do jobs, one at a time, until none came for a while; the one job process of its database."""

    def __init__(self, engine: Engine, *, house: str) -> None:
        self._engine = engine
        self._house = house

    def run(self, handlers: Mapping[str, Handler], idle_seconds: float = 60) -> None:
        """Do jobs of the given kinds; return after ``idle_seconds`` without one, or at once when another loop lives."""
        while True:
            with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as watch:
                if not watch.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": _ALIVE_LOCK}).scalar_one():
                    return
                try:
                    self._until_idle(watch, handlers, idle_seconds)
                finally:
                    watch.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _ALIVE_LOCK})
                    watch.execute(text("UNLISTEN *"))
                # A job may have come between the last look and the unlock, seen by a starter that thought us alive.
                if not watch.execute(_OPEN).scalar_one():
                    return

    def _until_idle(self, watch: Connection, handlers: Mapping[str, Handler], idle_seconds: float) -> None:
        """Do jobs until none came for ``idle_seconds``."""
        watch.execute(text("LISTEN job"))
        last = time.monotonic()
        while time.monotonic() - last < idle_seconds:
            job = self._claim(list(handlers))
            if job is not None:
                self._do(job, handlers[job.kind])
                last = time.monotonic()
                continue
            _wait_for_notice(watch, min(1.0, idle_seconds))

    def _claim(self, kinds: list[str]) -> Job | None:
        """Take the next job due, or one whose process died."""
        with self._engine.begin() as connection:
            row = connection.execute(_CLAIM, {"kinds": kinds, "lease": LEASE_SECONDS}).one_or_none()
        return None if row is None else Job(JobId(row.id), row.kind, row.key, row.payload, row.attempts)

    def _do(self, job: Job, handler: Handler) -> None:
        """Do one job, renewing its lease meanwhile, and record what came of it."""
        started, outcome = time.perf_counter(), "done"
        finished = threading.Event()
        renewer = threading.Thread(target=self._renew, args=(job, finished), daemon=True)
        renewer.start()
        try:
            result = handler(job, lambda progress: self._write(_REPORT, job, progress=json.dumps(progress)))
            self._write(_DONE, job, result=json.dumps(result))
        except JobRefusedError as error:
            outcome = "refused"
            self._write(_FAILED, job, error=json.dumps(error.detail, default=str))
        except Exception as error:
            outcome = "failed"
            log.exception("job_failed", job=job.id, kind=job.kind, attempt=job.attempt)
            self._fail(job, error)
        finally:
            finished.set()
            renewer.join()
            seconds = time.perf_counter() - started
            JOB_SECONDS.labels(self._house, job.kind, outcome).observe(seconds)
            log.info("job_ended", job=job.id, kind=job.kind, outcome=outcome, seconds=round(seconds, 2))

    def _fail(self, job: Job, error: Exception) -> None:
        """Try again later, or give up."""
        report = json.dumps(
            {
                "error": type(error).__name__,
                "where": traceback.format_exception_only(error)[-1].strip()[:500],
            }
        )
        if job.attempt >= ATTEMPTS:
            self._write(_FAILED, job, error=report)
        else:
            pause = BACK_OFF_SECONDS[min(job.attempt, len(BACK_OFF_SECONDS)) - 1]
            self._write(_AGAIN, job, error=report, pause=pause)

    def _renew(self, job: Job, finished: threading.Event) -> None:
        """Say every third of a lease that the job is still in work."""
        while not finished.wait(LEASE_SECONDS / 3):
            self._write(_RENEW, job, lease=LEASE_SECONDS)

    def _write(self, statement: Any, job: Job, **values: Any) -> None:
        """Change the row of a job in a commit of its own."""
        with self._engine.begin() as connection:
            connection.execute(statement, {"id": job.id, **values})


def _wait_for_notice(watch: Connection, seconds: float) -> None:
    """Wait until a job is announced, or the time is up: the look every second is a safety net."""
    raw: Any = watch.connection.driver_connection
    raw.poll()
    if not raw.notifies:
        select.select([raw], [], [], seconds)
        raw.poll()
    raw.notifies.clear()


class JobStarter:
    """Keep a job process alive while there is work for it; called by the house after commit, and by its own watch."""

    def __init__(self, engine: Engine, *, house: str, watch_seconds: float = 15.0) -> None:
        self._engine = engine
        self._house = house
        self._watch_seconds = watch_seconds
        self._child: subprocess.Popen[bytes] | None = None
        self._starting = threading.Lock()
        self._closed = threading.Event()

    def ensure(self) -> None:
        """Start ``python -m services.<house>.jobs`` when work is due and nobody does it."""
        with self._starting:
            if self._closed.is_set() or (self._child is not None and self._child.poll() is None):
                return
            if self._is_work_due():
                self._child = subprocess.Popen(
                    [sys.executable, "-m", f"services.{self._house}.jobs"], stdin=subprocess.DEVNULL
                )
                log.info("job_process_started", pid=self._child.pid)

    def watch(self) -> None:
        """Look from time to time, in a thread of its own, for jobs whose process died or whose pause is over."""
        threading.Thread(target=self._keep_watch, name="jobs", daemon=True).start()

    def close(self) -> None:
        """Start nothing more, and end the child politely: its job is taken up again by the next."""
        self._closed.set()
        if self._child is not None and self._child.poll() is None:
            self._child.terminate()

    def _keep_watch(self) -> None:
        while not self._closed.wait(self._watch_seconds):
            try:
                self.ensure()
            except Exception:
                log.warning("job_watch_failed", exc_info=True)

    def _is_work_due(self) -> bool:
        """Look whether a job is due and no process holds the lock."""
        with self._engine.begin() as connection:
            if not connection.execute(_OPEN).scalar_one():
                return False
            free: bool = connection.execute(
                text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _ALIVE_LOCK}
            ).scalar_one()
            return free
