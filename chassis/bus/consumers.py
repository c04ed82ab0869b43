"""Take messages from queues by nameko: calls, each of which ends in a reply; illegal ones are buried."""

from chassis.bus.green import eventlet  # noqa: F401 -- before nameko, which imports it aloud

# isort: split

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import kombu
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from eventlet.semaphore import Semaphore
from nameko.exceptions import ContainerBeingKilled
from nameko.messaging import QueueConsumer
from nameko.rpc import Rpc, RpcConsumer

from chassis import telemetry
from chassis.bus import wire
from chassis.bus.handling import ArrivedCall, answer
from chassis.bus.replies import Replier
from chassis.health import Pulse
from chassis.settings import BusSettings, EdgeSettings
from contracts.envelope import Call
from contracts.errors import Overloaded, Unavailable, Unsupported
from contracts.topology import DEAD_LETTER_EXCHANGE, RPC_EXCHANGE

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
        """Hand a message to its provider in a thread of its own."""
        self._in_work += 1
        self.container.spawn_managed_thread(partial(provider.handle_message, message), identifier="message")

    def settled(self) -> None:
        """Note that one message is no longer in work."""
        self._in_work -= 1

    def bury(self, message: Any, reason: str) -> None:
        """Send a message to the dead-letter queue."""
        queue = message.delivery_info.get("routing_key", "")
        log.warning("message_refused", reason=reason, routing_key=queue)
        telemetry.MESSAGES_REFUSED.labels(queue, reason).inc()
        if message.channel.connection:
            message.reject(requeue=False)


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


class CallConsumer(RpcConsumer):  # type: ignore[misc]  # nameko has no types
    """Own the call queue of a container."""

    queue_consumer = MessageConsumer()
    queue: Any

    @property
    def pace(self) -> int:
        """Fetch as many calls ahead as can be handled at once."""
        workers: int = self.container.config[PLANT].edge.max_workers
        return workers

    def setup(self) -> None:
        """Describe the queue; it is declared at each connection."""
        if self.queue is None:
            service = self.container.service_name
            self.queue = durable_queue(
                wire.call_queue(service),
                exchange=RPC_EXCHANGE,
                kind="topic",
                routing_key=f"{service}.*",
                arguments=wire.call_queue_arguments(service),
            )
            self.queue_consumer.register_provider(self)

    def handle_message(self, message: Any) -> None:
        """Give a legal call to its method; bury any other (bug B1: it would kill the container, then the next)."""
        reply_to, call_id = message.properties.get("reply_to"), message.properties.get("correlation_id")
        if not reply_to or not call_id or message.content_type != wire.CONTENT_TYPE:
            self._bury(message, "illegal_call")
            return
        try:
            payload = wire.decode_call(bytes_of(message))
        except wire.IllegalMessageError:
            self._bury(message, "illegal_call")
            return
        arrived = ArrivedCall(payload=payload, headers=message.headers or {}, call_id=call_id)
        method = message.delivery_info["routing_key"].rpartition(".")[2]
        provider = next((each for each in self._providers if each.method_name == method), None)
        if provider is None:
            self.send_reply(message, wire.encode_error(Unsupported(reason="version_skew", method=method)))
        else:
            provider.work_on(arrived, message)

    def send_reply(self, message: Any, body: bytes) -> None:
        """Reply first, then ack: a crash between the two repeats the call, which its key or nature makes harmless."""
        replier: Replier = self.container.config[PLANT].replier
        try:
            replier.reply(body, reply_to=message.properties["reply_to"], call_id=message.properties["correlation_id"])
        except Unavailable as error:
            log.warning("reply_lost", error=str(error))
        self.queue_consumer.ack_message(message)
        self.queue_consumer.settled()

    def put_back(self, message: Any) -> None:
        """Return a call nobody started."""
        self.queue_consumer.requeue_message(message)
        self.queue_consumer.settled()

    def _bury(self, message: Any, reason: str) -> None:
        self.queue_consumer.bury(message, reason)
        self.queue_consumer.settled()


class Answer(Rpc):  # type: ignore[misc]  # nameko has no types
    """Let one method answer one call."""

    rpc_consumer = CallConsumer()

    def __init__(self, call: type[Call], **kwargs: Any) -> None:
        self.call = call
        super().__init__(**kwargs)

    def work_on(self, arrived: ArrivedCall, message: Any) -> None:
        """Start a worker for a call."""
        try:
            self.container.spawn_worker(self, (arrived,), {}, handle_result=partial(self._finish, message))
        except ContainerBeingKilled:
            self.rpc_consumer.put_back(message)

    def perform(self, method: Callable[..., Any], arrived: ArrivedCall) -> bytes:
        """Do the work of one call in its worker, and write the reply."""
        plant: Plant = self.container.config[PLANT]
        started = time.perf_counter()
        answered = answer(self.call, method, arrived, keys=plant.keys)
        telemetry.CALL_SECONDS.labels(self.call.service, self.call.method, answered.outcome).observe(
            time.perf_counter() - started
        )
        if answered.outcome == Overloaded.code:
            telemetry.CALLS_SHED.labels(self.call.service).inc()
        return answered.body

    def _finish(self, message: Any, body: bytes) -> None:
        """Send the reply the worker wrote."""
        self.rpc_consumer.send_reply(message, body)
