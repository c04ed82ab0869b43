"""Publish a batch of facts and know which of them the broker keeps."""

import select
import time
from collections.abc import Sequence
from dataclasses import dataclass

import amqp

from chassis.bus import wire
from chassis.settings import BusSettings
from contracts.topology import LISTENERS, events_exchange

CONFIRM_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Waiting:
    """One row of an outbox: its id, how it is addressed, and its envelope as it goes out."""

    id: int
    message_id: str
    source: str
    type: str
    body: bytes


class Broker:
    """Publish batches with pipelined confirms: ten times the rate of one confirm at a time (measured, ADR-0002)."""

    def __init__(self, settings: BusSettings, *, name: str) -> None:
        self._unconfirmed: set[int] = set()
        self._refused: set[int] = set()
        self._returned: set[str] = set()
        self._tag = 0
        self.connection = amqp.Connection(
            host=f"{settings.host}:{settings.port}",
            userid=settings.user,
            password=settings.password.get_secret_value(),
            login_method="PLAIN",
            virtual_host=settings.vhost,
            heartbeat=settings.heartbeat_seconds,
            connect_timeout=settings.connect_timeout_seconds,
            client_properties={"connection_name": name},
        )
        self.connection.connect()
        self._channel = self.connection.channel()
        self._channel.confirm_select()
        self._channel.events["basic_ack"].add(lambda tag, multiple: self._settle(tag, multiple=multiple))
        self._channel.events["basic_nack"].add(lambda tag, multiple, *_: self._refuse(tag, multiple=multiple))
        self._channel.events["basic_return"].add(
            lambda _error, _exchange, _key, message: self._returned.add(message.properties["message_id"])
        )

    def publish(self, batch: Sequence[Waiting]) -> tuple[list[int], list[int]]:
        """Return the ids the broker keeps, and those it has no queue for or refuses."""
        self._refused.clear()
        self._returned.clear()
        tags = {self._send(each): each for each in batch}
        deadline = time.monotonic() + CONFIRM_SECONDS
        while self._unconfirmed:
            self.connection.drain_events(timeout=max(deadline - time.monotonic(), 0.01))
        kept: list[int] = []
        back: list[int] = []
        for tag, each in tags.items():
            bad = tag in self._refused or each.message_id in self._returned
            (back if bad else kept).append(each.id)
        return kept, back

    def idle(self) -> None:
        """Read what the broker said meanwhile, and keep the connection warm."""
        readable, _, _ = select.select([self.connection.transport.sock], [], [], 0)
        if readable:
            self.connection.blocking_read(timeout=1)
        self.connection.heartbeat_tick()

    def close(self) -> None:
        """Hang up."""
        self.connection.transport.close()

    def _send(self, waiting: Waiting) -> int:
        """Write one fact; return its delivery tag."""
        self._tag += 1
        self._unconfirmed.add(self._tag)
        message = amqp.Message(
            waiting.body,
            content_type=wire.CONTENT_TYPE,
            content_encoding=wire.CONTENT_ENCODING,
            delivery_mode=2,
            message_id=waiting.message_id,
        )
        self._channel.basic_publish(
            message,
            exchange=events_exchange(waiting.source),
            routing_key=waiting.type,
            mandatory=(waiting.source, waiting.type) in LISTENERS,
        )
        return self._tag

    def _settle(self, tag: int, *, multiple: bool) -> set[int]:
        """Note a confirm."""
        done = {each for each in self._unconfirmed if each <= tag} if multiple else {tag}
        self._unconfirmed -= done
        return done

    def _refuse(self, tag: int, *, multiple: bool) -> None:
        """Note that the broker could not keep a message."""
        self._refused |= self._settle(tag, multiple=multiple)
