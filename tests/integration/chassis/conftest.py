"""Run the test house as a real process on the run's broker, and look into its queues."""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import amqp
import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from uuid_utils import uuid7

from chassis.bus import wire
from chassis.bus.client import BusClient
from chassis.outbox.broker import Broker, Waiting
from chassis.settings import BusSettings, IdentitySettings
from contracts.envelope import Envelope, Event
from onebox.servers.ports import free_ports
from tests.servers.processes import wait_until
from tests.servers.running import RabbitServer

ROOT = Path(__file__).parents[3]
MODULE = "tests.integration.chassis.house"


def _pem(key: Ed25519PrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@dataclass
class Bench:
    """The broker, the keys, and the processes of one test."""

    server: RabbitServer
    folder: Path
    keys: dict[str, Ed25519PrivateKey]
    extra: dict[str, str] = field(default_factory=dict)
    running: list[subprocess.Popen] = field(default_factory=list)
    clients: list[BusClient] = field(default_factory=list)
    connections: list[amqp.Connection] = field(default_factory=list)

    @property
    def trace(self) -> Path:
        """The file the house writes to."""
        return self.folder / "trace"

    def identity(self, house: str) -> IdentitySettings:
        """Name and keys of one process."""
        issuers = {
            name: base64.b64encode(key.public_key().public_bytes_raw()).decode() for name, key in self.keys.items()
        }
        return IdentitySettings(house=house, actor_key=_pem(self.keys[house]), actor_issuers=issuers)

    def client(self, house: str = "gateway") -> BusClient:
        """Return a client that speaks as ``house``."""
        made = BusClient(BusSettings(**self.server.bus(house)), self.identity(house))
        self.clients.append(made)
        return made

    def environment(self, house: str, program: str, **more: str) -> dict[str, str]:
        """Write the secrets of a process and return its environment."""
        folder = self.folder / f"secrets-{program}"
        folder.mkdir(exist_ok=True)
        issuers = self.identity("gateway").actor_issuers
        for name, value in {
            "bus_password": self.server.users[house], "actor_key": _pem(self.keys.get(house, self.keys["gateway"])),
            "actor_issuers": json.dumps(issuers),
        }.items():  # fmt: skip
            (folder / name).write_text(value)
        return {
            **os.environ, "PYTHONWARNINGS": "ignore", "PAILLASSE_HOUSE": house, "PAILLASSE_BUS_HOST": self.server.host,
            "PAILLASSE_BUS_PORT": str(self.server.port), "PAILLASSE_BUS_USER": house,
            "PAILLASSE_SECRETS_DIR": str(folder), "TEST_TRACE": str(self.trace), **self.extra, **more,
        }  # fmt: skip

    def start_unready(self, **more: str) -> "Served":
        """Start the house; it may die before it is ready."""
        (port,) = free_ports(1)
        environment = self.environment("entries", "house", PAILLASSE_HEALTH_PORT=str(port), **more)
        return Served(self.spawn(["chassis.bus.runner", MODULE], environment, "house"), port)

    def start(self, **more: str) -> "Served":
        """Start the house and wait until it is ready."""
        served = self.start_unready(**more)
        wait_until(lambda: served.probe("/readyz") == 200, what="house ready", seconds=40)
        return served

    def spawn(self, module: list[str], environment: dict[str, str], log: str) -> subprocess.Popen:
        """Run a Python module as a process of this test."""
        with (self.folder / f"{log}.log").open("ab") as sink:
            process = subprocess.Popen(
                [sys.executable, "-m", *module], cwd=ROOT, env=environment, stdout=sink, stderr=subprocess.STDOUT
            )
        self.running.append(process)
        return process

    def lines(self, start: str) -> list[str]:
        """Return what the house noted that starts so."""
        if not self.trace.exists():
            return []
        return [line for line in self.trace.read_text().splitlines() if line.startswith(start)]

    def expect(self, start: str, count: int = 1, seconds: float = 20) -> None:
        """Wait until the house noted that."""
        wait_until(lambda: len(self.lines(start)) >= count, what=f"{count} × {start!r}", seconds=seconds)

    def restart_until_done(self, served: "Served", names: list[str]) -> None:
        """Start the house again whenever it died, until it did all of these; fewer deaths than bury a message."""
        for _ in range(wire.EVENT_DELIVERIES - 1):
            wait_until(partial(self._died_or_did, served.process, names), what="a death, or all done")
            if self.did(names):
                return
            served = self.start_unready()
        raise AssertionError(f"not all done: {names}")

    def _died_or_did(self, process: subprocess.Popen, names: list[str]) -> bool:
        return process.poll() is not None or self.did(names)

    def did(self, names: list[str]) -> bool:
        """Say whether the house did all of these."""
        return all(self.lines(f"did {name}") for name in names)

    def channel(self, user: str) -> amqp.Channel:
        """Open a bare channel as one of the broker's users."""
        connection = amqp.Connection(
            host=f"{self.server.host}:{self.server.port}", userid=user, password=self.server.users[user],
            login_method="PLAIN", virtual_host=self.server.vhost,
        )  # fmt: skip
        connection.connect()
        self.connections.append(connection)
        return connection.channel()

    def announce(self, *events: Event, source: str | None = None) -> list[str]:
        """Publish facts as the relay does, until the broker keeps them; return their message ids."""
        envelopes = [
            Envelope(
                message_id=str(uuid7()), occurred_at=datetime.now(UTC), source=source or event.source, type=event.type,
                payload=event.model_dump(mode="json"),
            )
            for event in events
        ]  # fmt: skip
        batch = [
            Waiting(number, envelope.message_id, event.source, event.type, wire.encode_event(envelope))
            for number, (event, envelope) in enumerate(zip(events, envelopes, strict=True))
        ]
        broker = Broker(BusSettings(**self.server.bus("relay")), name="relay-test")
        try:
            kept, back = broker.publish(batch)
        finally:
            broker.close()
        assert (len(kept), back) == (len(batch), [])
        return [each.message_id for each in batch]

    def depth(self, queue: str) -> int:
        """Return how many messages are ready in a queue of the house."""
        channel = self.channel("entries")
        try:
            return int(channel.queue_declare(queue, passive=True).message_count)
        finally:
            channel.connection.close()

    def take(self, queue: str) -> amqp.Message | None:
        """Take one message out of a queue of the house."""
        channel = self.channel("entries")
        try:
            return channel.basic_get(queue, no_ack=True)
        finally:
            channel.connection.close()

    def empty(self) -> None:
        """Leave nothing for the next test, not even what a killed house still held."""
        channel = self.channel("entries")
        for name in (wire.call_queue("entries"), wire.call_queue("entries_read"), EVENTS, GATHERED):
            for queue in (name, wire.dead_letter_queue(name)):
                channel.queue_delete(queue)
        channel.connection.close()

    def close(self) -> None:
        """End everything this test started."""
        for each in (*self.clients, *self.connections):
            each.close()
        for process in self.running:
            if process.poll() is None:
                process.kill()
            process.wait(10)


EVENTS = wire.event_queue("signing", "Happened", service="entries", method="on_happened")
GATHERED = wire.event_queue("signing", "Gathered", service="entries", method="on_gathered")


@dataclass
class Served:
    """A running house."""

    process: subprocess.Popen
    port: int

    def probe(self, path: str) -> int:
        """Return the status of a probe, 0 when nobody answers."""
        try:
            # Plain HTTP: reading the machine's certificates at each look would cost more than the look.
            return httpx.get(f"http://127.0.0.1:{self.port}{path}", timeout=2, verify=False).status_code
        except httpx.HTTPError:
            return 0


@pytest.fixture
def bench(rabbitmq_server: RabbitServer, tmp_path: Path) -> Iterator[Bench]:
    """Give a test its own processes on the run's broker."""
    keys = {name: Ed25519PrivateKey.generate() for name in ("gateway", "entries", "search")}
    made = Bench(rabbitmq_server, tmp_path, keys)
    made.empty()
    yield made
    made.close()


@pytest.fixture
def served(bench: Bench) -> Served:
    """Run the house."""
    return bench.start()
