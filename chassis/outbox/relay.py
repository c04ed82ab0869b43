"""
Publish every house's outbox: ``python -m chassis.outbox.relay``, one process for all (decision 17, ADR-0003).

Facts are published in the order of their commit, a batch at a time with pipelined confirms (ten times the rate of one
confirm a message, measured), and deleted only once the broker has confirmed them. A crash between the two publishes
again: the inbox of each listener absorbs it. Each house has a thread, a database role and a connection of its own, so
that one house's trouble stays its own.
"""

import json
import random
import select
import signal
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import amqp
import orjson
import psycopg2
import structlog
from amqp.exceptions import AMQPError
from pydantic_settings import SettingsConfigDict

from chassis import telemetry
from chassis.bus.wire import CONTENT_ENCODING, CONTENT_TYPE
from chassis.health import HealthServer, Pulse
from chassis.logging import configure
from chassis.settings import BusSettings, HealthSettings, _Settings
from contracts.topology import LISTENERS, events_exchange

log = structlog.get_logger()
BATCH = 200
# NOTIFY wakes us; this finds what a lost wake-up left behind.
POLL_SECONDS = 1.0
CONFIRM_SECONDS = 10.0
CONNECT_SECONDS = 5
BACK_OFF_SECONDS = (0.2, 5.0)
# A fact whose listener has no queue yet waits this long at most between tries.
LONGEST_WAIT_SECONDS = 60

_TAKE = """
SELECT id, message_id, occurred_at, type, schema_version, correlation_id, actor_id, payload, attempts FROM outbox
WHERE not_before <= now() ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
"""
_DELETE = "DELETE FROM outbox WHERE id = ANY(%s)"
_POSTPONE = """
UPDATE outbox SET attempts = attempts + 1,
not_before = now() + least(power(2, least(attempts, 10)), %s) * '1 s'::interval WHERE id = ANY(%s)
"""


class RelaySettings(_Settings):
    """Say where the outboxes are: a JSON file of database places by house."""

    model_config = SettingsConfigDict(env_prefix="PAILLASSE_", frozen=True, extra="ignore")
    relay_file: Path


@dataclass(slots=True)
class Publisher:
    """One connection to the broker that publishes batches and knows what became of each fact."""

    settings: BusSettings
    house: str
    connection: Any = None
    channel: Any = None
    tag: int = 0
    pending: dict[int, str] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)
    returned: set[str] = field(default_factory=set)

    def open(self) -> None:
        """Connect, in confirm mode."""
        bus = self.settings
        self.connection = amqp.Connection(
            host=f"{bus.host}:{bus.port}",
            userid=bus.user,
            password=bus.password.get_secret_value(),
            login_method="PLAIN",
            virtual_host=bus.vhost,
            heartbeat=bus.heartbeat_seconds,
            connect_timeout=bus.connect_timeout_seconds,
            client_properties={"connection_name": f"relay-{self.house}"},
        )
        self.connection.connect()
        self.channel = self.connection.channel()
        self.channel.confirm_select()
        self.tag = 0
        self.pending.clear()
        self.channel.events["basic_ack"].add(self._acked)
        self.channel.events["basic_nack"].add(self._nacked)
        self.channel.events["basic_return"].add(self._returned)

    def publish(self, rows: list[Any]) -> tuple[list[int], list[int]]:
        """Publish a batch; return the ids the broker keeps, and those it returned because nobody listens yet."""
        self.failed.clear()
        self.returned.clear()
        for row in rows:
            self._send(row)
        deadline = time.monotonic() + CONFIRM_SECONDS
        while self.pending:
            self.connection.drain_events(timeout=max(deadline - time.monotonic(), 0.001))
        kept = [row[0] for row in rows if row[1] not in self.failed and row[1] not in self.returned]
        return kept, [row[0] for row in rows if row[1] in self.returned]

    def _send(self, row: Any) -> None:
        _, message_id, occurred_at, kind, version, correlation_id, actor_id, payload, _ = row
        # The house is what this thread serves, never what the row says: nobody speaks in another's name.
        body = orjson.dumps(
            {
                "message_id": message_id,
                "occurred_at": occurred_at,
                "source": self.house,
                "type": kind,
                "schema_version": version,
                "correlation_id": correlation_id,
                "actor_id": actor_id,
                "payload": payload,
            }
        )
        message = amqp.Message(
            body, content_type=CONTENT_TYPE, content_encoding=CONTENT_ENCODING, delivery_mode=2, message_id=message_id
        )
        self.tag += 1
        self.pending[self.tag] = message_id
        # Some listener may not have started yet: then the fact comes back and is kept.
        awaited = (self.house, kind) in LISTENERS
        self.channel._basic_publish(  # noqa: SLF001 -- the public one waits for each confirm
            message, exchange=events_exchange(self.house), routing_key=kind, mandatory=awaited
        )

    def beat(self) -> None:
        """Keep the connection alive; raise when it is dead."""
        with suppress(TimeoutError):
            self.connection.drain_events(timeout=0.0001)
        self.connection.heartbeat_tick()

    def close(self) -> None:
        """Hang up."""
        transport = getattr(self.connection, "transport", None)
        if transport is not None:
            transport.close()

    def _settle(self, tag: int, *, multiple: bool) -> list[str]:
        tags = [known for known in self.pending if known <= tag] if multiple else [tag]
        return [self.pending.pop(each) for each in tags if each in self.pending]

    def _acked(self, tag: int, multiple: bool, *_: object) -> None:  # noqa: FBT001 -- AMQP's own argument
        self._settle(tag, multiple=multiple)

    def _nacked(self, tag: int, multiple: bool, *_: object) -> None:  # noqa: FBT001 -- AMQP's own argument
        self.failed |= set(self._settle(tag, multiple=multiple))

    def _returned(self, _error: object, _exchange: str, _key: str, message: Any) -> None:
        self.returned.add(message.properties.get("message_id", ""))


@dataclass(slots=True)
class HouseRelay:
    """Empty one house's outbox until ``over``."""

    house: str
    place: dict[str, Any]
    bus: BusSettings
    pulse: Pulse
    over: threading.Event
    connected: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Connect and relay; after any trouble try again, each time a little later."""
        pause, longest = BACK_OFF_SECONDS
        while not self.over.is_set():
            publisher = Publisher(self.bus, self.house)
            database = None
            try:
                database = self._connect()
                publisher.open()
                self.connected.set()
                pause = BACK_OFF_SECONDS[0]
                self._relay(database, publisher)
            except (psycopg2.Error, AMQPError, OSError) as error:
                log.warning("relay_interrupted", house=self.house, error=repr(error)[:200])
                self.pulse.beat(self.house)
                self.over.wait(pause * (0.5 + random.random()))  # noqa: S311 -- jitter, not a secret
                pause = min(pause * 2, longest)
            finally:
                publisher.close()
                if database is not None:
                    database.close()

    def _connect(self) -> Any:
        place = self.place
        database = psycopg2.connect(
            host=place["host"], port=place["port"], dbname=place["name"], user=place["user"],
            password=place["password"], application_name="relay", connect_timeout=CONNECT_SECONDS,
            options="-c statement_timeout=30000 -c timezone=UTC",
        )  # fmt: skip
        with database.cursor() as cursor:
            cursor.execute("LISTEN outbox")
        database.commit()
        return database

    def _relay(self, database: Any, publisher: Publisher) -> None:
        while not self.over.is_set():
            self.pulse.beat(self.house)
            if self._relay_batch(database, publisher) == BATCH:
                continue
            self._wait(database, publisher)

    def _relay_batch(self, database: Any, publisher: Publisher) -> int:
        """Publish one batch and delete what was confirmed, in one transaction; return its size."""
        with database.cursor() as cursor:
            cursor.execute(_TAKE, (BATCH,))
            rows = cursor.fetchall()
            if rows:
                kept, returned = publisher.publish(rows)
                cursor.execute(_DELETE, (kept,))
                if returned:
                    cursor.execute(_POSTPONE, (LONGEST_WAIT_SECONDS, returned))
                telemetry.OUTBOX_PUBLISHED.labels(self.house).inc(len(kept))
                telemetry.OUTBOX_RETURNED.labels(self.house).inc(len(returned))
        database.commit()
        age = (datetime.now(UTC) - rows[0][2]).total_seconds() if rows else 0.0
        telemetry.OUTBOX_AGE_SECONDS.labels(self.house).set(age)
        return len(rows)

    @staticmethod
    def _wait(database: Any, publisher: Publisher) -> None:
        """Sleep until NOTIFY, the broker, or the poll interval."""
        database.poll()
        if not database.notifies:
            readable, _, _ = select.select([database, publisher.connection.sock], [], [], POLL_SECONDS)
            if database in readable:
                database.poll()
            publisher.beat()
        database.notifies.clear()


def main() -> int:
    """Relay until SIGTERM; a batch in hand is finished first."""
    configure("relay")
    places: dict[str, Any] = json.loads(RelaySettings.load().relay_file.read_text(encoding="utf-8"))
    over, pulse, bus = threading.Event(), Pulse(), BusSettings.load()
    health = HealthServer(HealthSettings.load(), pulse)
    health.start()

    def end(*_: object) -> None:
        pulse.drain()
        over.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    relays = [HouseRelay(house, place, bus, pulse, over) for house, place in places.items()]
    threads = [threading.Thread(target=each.run, name=each.house, daemon=True) for each in relays]
    for thread in threads:
        thread.start()
    for relay in relays:
        # Ready means that what is committed now leaves now, whichever house commits it.
        while not relay.connected.wait(POLL_SECONDS) and not over.is_set():
            pass
    pulse.start()
    log.info("relay_serves", houses=sorted(places))
    for thread in threads:
        thread.join()
    return 0


if __name__ == "__main__":
    sys.exit(main())
