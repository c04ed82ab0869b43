"""Empty every house's outbox onto the bus: ``python -m chassis.outbox.relay``, one process for all.

One thread a house, with its own database and bus connection: what befalls one does not stop the others. Plain threads,
never patched.
"""

import json
import random
import select
import signal
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import psycopg2
import psycopg2.extensions
import structlog
from amqp.exceptions import AMQPError
from pydantic import SecretStr

from chassis import telemetry
from chassis.health import HealthServer, Pulse
from chassis.logging import configure
from chassis.outbox import ASLEEP
from chassis.outbox.broker import Broker, Waiting
from chassis.pace import rest_seconds
from chassis.settings import BusSettings, DatabaseSettings, HealthSettings, LogSettings, RelaySettings

BATCH = 200
# After a batch the relay rests, at least and at most so long (chassis/pace.py).
REST_SECONDS = (0.003, 0.04)
# So long after the last fact it looks on its own; then it sleeps, and a commit must wake it.
AWAKE_SECONDS = 0.05
# LISTEN wakes us; this look is the safety net.
POLL_SECONDS = 1.0
BACK_OFF_SECONDS = (0.2, 5.0)
# A fact whose listener has not declared its queue yet is offered again after this, doubling up to the second.
RETURNED_SECONDS = (1, 60)
MEASURE_SECONDS = 10.0
STOP_SECONDS = 12.0

LINK_ERRORS = (AMQPError, OSError, psycopg2.Error)

# Taken out in the transaction that publishes: it commits when the broker keeps all.
_TAKE = """
BEGIN;
DELETE FROM outbox
WHERE id = ANY (ARRAY(SELECT id FROM outbox WHERE not_before <= now() ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED))
RETURNING id, message_id, occurred_at, source, type, schema_version, correlation_id, actor_id, payload::text
"""
_PUT_BACK = """
ROLLBACK;
BEGIN;
DELETE FROM outbox WHERE id = ANY(%s);
UPDATE outbox SET attempts = attempts + 1, not_before = now() + make_interval(secs => least(%s * 2 ^ attempts, %s))
WHERE id = ANY(%s)
"""
_MEASURE = "SELECT count(*), coalesce(extract(epoch FROM now() - min(occurred_at)), 0) FROM outbox"

log = structlog.get_logger()


class HouseRelay:
    """Empty one outbox, for as long as the process lives."""

    def __init__(self, house: str, database: DatabaseSettings, bus: BusSettings, pulse: Pulse) -> None:
        self._house = house
        self._database = database
        self._bus = bus
        self._pulse = pulse
        self._stopping = threading.Event()

    def run(self) -> None:
        """Work until stopped, opening both connections again whenever one is lost."""
        pause, longest = BACK_OFF_SECONDS
        while not self._stopping.is_set():
            self._pulse.beat(self._house)
            try:
                self._work()
                pause = BACK_OFF_SECONDS[0]
            except LINK_ERRORS as error:
                log.warning("outbox_interrupted", house=self._house, error=str(error).strip())
                self._stopping.wait(pause * (0.5 + random.random()))  # noqa: S311 -- jitter, not a secret
                pause = min(pause * 2, longest)

    def stop(self) -> None:
        """End after the batch in hand."""
        self._stopping.set()

    def _work(self) -> None:
        """Publish batch after batch on one pair of connections."""
        database = self._connect()
        try:
            broker = Broker(self._bus, name=f"relay-{self._house}")
            try:
                measured = awake_until = 0.0
                while not self._stopping.is_set():
                    self._pulse.beat(self._house)
                    if time.monotonic() - measured > MEASURE_SECONDS:
                        measured = time.monotonic()
                        self._measure(database)
                    began = time.monotonic()
                    moved = self._move(database, broker)
                    awake_until = began + AWAKE_SECONDS if moved else awake_until
                    if moved < BATCH:
                        least, most = REST_SECONDS
                        time.sleep(rest_seconds(moved, time.monotonic() - began, least=least, most=most))
                    if time.monotonic() > awake_until:
                        self._sleep(database, broker)
            finally:
                broker.close()
        finally:
            database.close()

    def _connect(self) -> Any:
        """Open the one database connection: it claims, and it listens."""
        settings = self._database
        database = psycopg2.connect(
            host=settings.host,
            port=settings.port,
            dbname=settings.name,
            user=settings.user,
            password=settings.password.get_secret_value(),
            connect_timeout=5,
            application_name=f"relay-{self._house}",
            # A lost deletion publishes again, which every inbox absorbs: no need to wait for the disk.
            options="-c statement_timeout=15000 -c timezone=UTC -c synchronous_commit=off",
        )
        database.autocommit = True
        with database.cursor() as cursor:
            cursor.execute("LISTEN outbox")
        return database

    def _move(self, database: Any, broker: Broker) -> int:
        """Take one batch out, publish it, and commit once the broker keeps it all.

        A death in between publishes the batch again: the inbox of each listener absorbs it.
        """
        with database.cursor() as cursor:
            cursor.execute(_TAKE, (BATCH,))
            batch = sorted((_waiting(row) for row in cursor.fetchall()), key=lambda each: each.id)
            kept, back = broker.publish(batch) if batch else ([], [])
            if back:
                cursor.execute(_PUT_BACK, (kept, *RETURNED_SECONDS, back))
            cursor.execute("COMMIT")
        telemetry.OUTBOX_PUBLISHED.labels(self._house).inc(len(kept))
        telemetry.OUTBOX_RETURNED.labels(self._house).inc(len(back))
        return len(batch)

    def _sleep(self, database: Any, broker: Broker) -> None:
        """Sleep until a commit announces a fact; ``outbox_announce`` in the table's module says how no fact is missed.

        Whoever writes at this moment keeps us awake; a second relay of this house does too, and only looks more often.
        """
        with database.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", (ASLEEP,))
            (asleep,) = cursor.fetchone()
            if not asleep:
                broker.idle()
                return
            if not self._move(database, broker):
                self._wait(database, broker)
            cursor.execute("SELECT pg_advisory_unlock(%s)", (ASLEEP,))

    def _wait(self, database: Any, broker: Broker) -> None:
        """Sleep until a commit announces a fact, the broker speaks, or a second is over."""
        database.poll()
        if not database.notifies:
            select.select([database, broker.connection.transport.sock], [], [], POLL_SECONDS)
            database.poll()
        database.notifies.clear()
        broker.idle()

    def _measure(self, database: Any) -> None:
        """Publish how many facts wait, and how long the oldest has."""
        with database.cursor() as cursor:
            cursor.execute(_MEASURE)
            waiting, age = cursor.fetchone()
        telemetry.OUTBOX_WAITING.labels(self._house).set(waiting)
        telemetry.OUTBOX_AGE_SECONDS.labels(self._house).set(float(age))


def _waiting(row: Sequence[Any]) -> Waiting:
    """Read one row; its payload goes from the table to the wire as it stands."""
    identifier, message_id, occurred_at, source, kind, version, correlation_id, actor_id, payload = row
    envelope = {
        "message_id": message_id,
        "occurred_at": occurred_at,
        "source": source,
        "type": kind,
        "schema_version": version,
        "correlation_id": correlation_id,
        "actor_id": actor_id,
        "payload": orjson.Fragment(payload),
    }
    return Waiting(identifier, message_id, source, kind, orjson.dumps(envelope, option=orjson.OPT_UTC_Z))


def read_houses(relay_file: SecretStr) -> dict[str, DatabaseSettings]:
    """Read where the outboxes are: JSON, house -> database, or the path of a file that holds it."""
    given = relay_file.get_secret_value()
    places = json.loads(given if given.lstrip().startswith("{") else Path(given).read_text(encoding="utf-8"))
    return {house: DatabaseSettings.model_validate(place) for house, place in places.items()}


def main() -> int:
    """Relay until SIGTERM."""
    logs = LogSettings.load()
    configure("relay", level=logs.log_level)
    pulse, bus = Pulse(), BusSettings.load()
    houses = read_houses(RelaySettings.load().relay_file)
    relays = [HouseRelay(house, database, bus, pulse) for house, database in houses.items()]
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    HealthServer(HealthSettings.load(), pulse).start()
    threads = [
        threading.Thread(target=each.run, name=f"relay-{place}") for each, place in zip(relays, houses, strict=True)
    ]
    for thread in threads:
        thread.start()
    pulse.start()
    log.info("relay_started", houses=sorted(houses))
    over.wait()
    pulse.drain()
    for each in relays:
        each.stop()
    for thread in threads:
        thread.join(STOP_SECONDS)
    return 0


if __name__ == "__main__":
    sys.exit(main())
