"""Take messages from queues by nameko, hand each to its provider, and settle it; illegal ones are buried."""

from chassis.bus.green import eventlet  # noqa: F401 -- before nameko, which imports it aloud

# isort: split

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import kombu
import structlog
from amqp.exceptions import ConnectionError  # noqa: A004 -- AMQP's own, not Python's
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from eventlet.semaphore import Semaphore
from nameko.messaging import QueueConsumer

from chassis import telemetry
from chassis.bus import wire
from chassis.bus.replies import Replier
from chassis.health import Pulse
from chassis.settings import BusSettings, EdgeSettings
from contracts.topology import DEAD_LETTER_EXCHANGE

# nameko's config key under which the containers of a process find what they share.
PLANT = "plant"

# kombu calls itself typed, but most of it is not: behind Any it passes `mypy --strict`.
_KOMBU: Any = kombu

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Plant:
    """What the containers of one process share; made by the runner."""

    bus: BusSettings
    edge: EdgeSettings
    keys: Mapping[str, Ed25519PublicKey]
    replier: Replier
    pulse: Pulse
    event_slots: Semaphore
    houses: Mapping[Callable[[], Any], Any]


class _PacedConsumer(_KOMBU.Consumer):  # type: ignore[misc]  # kombu has no types
    """Set its own prefetch just before it starts: RabbitMQ applies the last value to each new consumer."""

    def __init__(self, *args: Any, pace: int, **kwargs: Any) -> None:
        self._pace = pace
        super().__init__(*args, **kwargs)

    def consume(self, no_ack: Any = None) -> None:
        """Begin to consume."""
        self.qos(prefetch_count=self._pace)
        super().consume(no_ack)


class MessageConsumer(QueueConsumer):  # type: ignore[misc]  # nameko has no types
    """Own the one consuming connection of a container.

    Unlike its parent it never decodes (a message that cannot be decoded would be acked and lost), reconnects within a
    second, and stays connected while draining until every message in work is settled.
    """

    def __init__(self) -> None:
        self._in_work = 0
        # Delivery tags of the present channel that are neither acked nor returned.
        self._channel: Any = None
        self._held: set[int] = set()
        super().__init__()

    @property
    def connection(self) -> Any:
        """Describe the connection; the options dict is its own (bug B2: nameko's is shared by the whole process)."""
        bus: BusSettings = self.container.config[PLANT].bus
        return _KOMBU.Connection(
            hostname=bus.host,
            port=bus.port,
            userid=bus.user,
            password=bus.password.get_secret_value(),
            virtual_host=bus.vhost,
            heartbeat=bus.heartbeat_seconds,
            connect_timeout=bus.connect_timeout_seconds,
            transport="pyamqp",
            transport_options={"client_properties": {"connection_name": f"{self.container.service_name}-consumer"}},
        )

    @contextmanager
    def establish_connection(self) -> Iterator[Any]:
        """Connect, trying again at least every second."""
        with self.connection as connection:
            connection.ensure_connection(
                self.on_connection_error, None, interval_start=0.2, interval_step=0.2, interval_max=1
            )
            yield connection

    def on_connection_error(self, error: Exception, interval: float) -> None:
        """Say that the broker is away."""
        log.warning("bus_away", service=self.container.service_name, error=str(error), retry_seconds=interval)

    def on_iteration(self) -> None:
        """Beat; end only when the consumers are cancelled and nothing is in work."""
        self.container.config[PLANT].pulse.beat(self.container.service_name)
        self._cancel_consumers_if_requested()
        if not self._consumers and not self._in_work:
            self.should_stop = True

    def get_consumers(self, _consumer_cls: Any, channel: Any) -> list[Any]:
        """Declare each queue beside its dead-letter queue, and consume it."""
        self._channel, self._held = channel, set()
        for provider in self._providers:
            _dead_letters_of(provider.queue)(channel).declare()
            self._consumers[provider] = _PacedConsumer(
                channel,
                queues=[provider.queue],
                on_message=partial(self.take, provider),
                on_decode_error=self.on_decode_error,
                accept=self.accept,
                pace=provider.pace,
            )
        return list(self._consumers.values())

    def on_decode_error(self, message: Any, _error: Exception) -> None:
        """Bury what kombu itself refuses, such as a compression it does not know."""
        self.bury(message, "undecodable")

    def take(self, provider: Any, message: Any) -> None:
        """Hand a message to its provider, which must not wait for anything in this thread."""
        self._in_work += 1
        self._held.add(message.delivery_tag)
        provider.receive(message)

    def settled(self, count: int = 1) -> None:
        """Note that messages are no longer in work."""
        self._in_work -= count

    def ack_message(self, message: Any) -> None:
        """Let go of a message that is done."""
        self._release(message)
        super().ack_message(message)

    def ack_together(self, messages: Sequence[Any]) -> None:
        """Let go of messages that are done: in one frame where nobody else's lies between them."""
        mine = [each for each in messages if each.channel is self._channel]
        for message in messages:
            self._release(message)
        last = max(mine, key=lambda each: each.delivery_tag, default=None)
        if last is None or any(tag < last.delivery_tag for tag in self._held):
            for message in messages:
                super().ack_message(message)
        elif last.channel.connection:
            with suppress(ConnectionError):
                last.ack(multiple=True)

    def requeue_message(self, message: Any) -> None:
        """Return a message to its queue."""
        self._release(message)
        super().requeue_message(message)

    def bury(self, message: Any, reason: str) -> None:
        """Send a message to the dead-letter queue."""
        self._release(message)
        queue = message.delivery_info.get("routing_key", "")
        log.warning("message_refused", reason=reason, routing_key=queue)
        telemetry.MESSAGES_REFUSED.labels(queue, reason).inc()
        if message.channel.connection:
            message.reject(requeue=False)

    def _release(self, message: Any) -> None:
        if message.channel is self._channel:
            self._held.discard(message.delivery_tag)


def bytes_of(message: Any) -> bytes:
    """Return the body as it came; kombu gives text when it knows the encoding."""
    body = message.body
    return body.encode() if isinstance(body, str) else bytes(body)


def durable_queue(name: str, *, exchange: str, kind: str, routing_key: str, arguments: dict[str, object]) -> Any:
    """Describe a queue; its exchange is only looked up: the broker's definitions made it."""
    return _KOMBU.Queue(
        name,
        exchange=_KOMBU.Exchange(exchange, type=kind, durable=True, passive=True),
        routing_key=routing_key,
        durable=True,
        queue_arguments=arguments,
    )


def _dead_letters_of(queue: Any) -> Any:
    """Describe the queue that keeps what ``queue`` could not handle."""
    return durable_queue(
        wire.dead_letter_queue(queue.name),
        exchange=DEAD_LETTER_EXCHANGE,
        kind="direct",
        routing_key=queue.name,
        arguments={"x-queue-type": "quorum"},
    )
