"""Take calls from a queue by nameko: each ends in a reply, whatever becomes of it."""

from chassis.bus.green import eventlet  # noqa: F401 -- before nameko, which imports it aloud

# isort: split

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import structlog
from nameko.exceptions import ContainerBeingKilled
from nameko.rpc import Rpc, RpcConsumer

from chassis import telemetry
from chassis.bus import wire
from chassis.bus.consumers import PLANT, MessageConsumer, Plant, bytes_of, durable_queue
from chassis.bus.handling import ArrivedCall, answer
from chassis.bus.replies import Replier
from contracts.envelope import Call
from contracts.errors import Overloaded, Unavailable, Unsupported
from contracts.topology import RPC_EXCHANGE

log = structlog.get_logger()


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

    def receive(self, message: Any) -> None:
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
            refusal = wire.encode_error(Unsupported(reason="version_skew", method=method))
            self.container.spawn_managed_thread(partial(self.send_reply, message, refusal), identifier="refusal")
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
