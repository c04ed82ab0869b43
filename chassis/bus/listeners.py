"""Take facts from queues by nameko: done, tried again later from a waiting room, or buried."""

from chassis.bus.green import eventlet

# isort: split

import random
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import structlog
from eventlet.event import Event as Signal
from nameko.exceptions import ContainerBeingKilled
from nameko.extensions import Entrypoint

from chassis import telemetry
from chassis.bus import wire
from chassis.bus.consumers import PLANT, MessageConsumer, Plant, bytes_of, durable_queue
from chassis.bus.handling import Heard, Verdict, settle_together
from chassis.pace import rest_seconds
from contracts.envelope import Event
from contracts.errors import Unavailable
from contracts.topology import events_exchange

# After a death the messages that were fetched together start at different moments within this, so that the innocent
# ones are done before the poisonous one strikes again, and never reach the delivery limit with it.
SCATTER_SECONDS = 1.0
# Facts handled in one commit: enough that a burst costs little each, few enough to be done long before a deadline.
HANDFUL = 50
LONGEST_REST_SECONDS = 1.0

log = structlog.get_logger()


class Listener(Entrypoint):  # type: ignore[misc]  # nameko has no types
    """Let one method listen to one fact."""

    queue_consumer = MessageConsumer()

    def __init__(self, event: type[Event], **kwargs: Any) -> None:
        self.event = event
        self.queue: Any = None
        self._stopping = False
        super().__init__(**kwargs)

    @property
    def plant(self) -> Plant:
        """Return what the process shares."""
        plant: Plant = self.container.config[PLANT]
        return plant

    @property
    def pace(self) -> int:
        """Fetch few ahead: all of them die with a poisonous neighbour."""
        return self.plant.edge.event_workers

    def setup(self) -> None:
        """Describe the queue; it is declared at each connection."""
        name = wire.event_queue(
            self.event.source, self.event.type, service=self.container.service_name, method=self.method_name
        )
        self.queue = durable_queue(
            name,
            exchange=events_exchange(self.event.source),
            kind="topic",
            routing_key=self.event.type,
            arguments=wire.event_queue_arguments(name),
        )
        self.queue_consumer.register_provider(self)

    def stop(self) -> None:
        """Start nothing more."""
        self._stopping = True
        self.queue_consumer.unregister_provider(self)

    def receive(self, message: Any) -> None:
        """Handle a fact in a thread of its own."""
        self.container.spawn_managed_thread(partial(self.handle_message, message), identifier="fact")

    def handle_message(self, message: Any) -> None:
        """Wait for a free slot, then start a worker; what is not started returns to the queue."""
        if (message.headers or {}).get("x-delivery-count", 0):
            eventlet.sleep(random.uniform(0, SCATTER_SECONDS))  # noqa: S311 -- jitter, not a secret
        self.plant.event_slots.acquire()
        self._start([message])

    def perform(self, method: Callable[..., Any], *bodies: bytes) -> list[Verdict]:
        """Act on facts in their worker."""
        with telemetry.EVENT_SECONDS.labels(self.container.service_name, self.method_name, "any").time():
            return settle_together(self.event, self._listening(method), bodies)

    def _listening(self, method: Callable[..., Any]) -> Callable[[Sequence[Heard[Event]]], None]:
        """Let a method that hears one fact at a time hear several."""

        def hear(heard: Sequence[Heard[Event]]) -> None:
            for each in heard:
                method(each.event, each.envelope)

        return hear

    def _start(self, messages: Sequence[Any], ended: Callable[[], None] = lambda: None) -> None:
        """Start a worker for facts that come from the house they speak for; ``ended`` is called in any case."""
        genuine = [each for each in messages if self._is_genuine(each)]
        for foreign in (each for each in messages if each not in genuine):
            self.queue_consumer.bury(foreign, "foreign_source")

        def finish(verdicts: Sequence[Verdict]) -> None:
            self._settle(genuine, verdicts)
            self.plant.event_slots.release()
            self.queue_consumer.settled(len(messages))
            ended()

        if not genuine or self._stopping:
            finish([Verdict.UNHEARD] * len(genuine))
            return
        try:
            self.container.spawn_worker(self, tuple(map(bytes_of, genuine)), {}, handle_result=finish)
        except ContainerBeingKilled:
            finish([Verdict.UNHEARD] * len(genuine))

    def _is_genuine(self, message: Any) -> bool:
        """Say whether the fact comes from the house it speaks for.

        Only the relay may write ``<source>.events``. A fact that returns from a waiting room comes by the default
        exchange: this house put it there itself, and the broker vouches for that by ``user_id``.
        """
        exchange = message.delivery_info.get("exchange", "")
        if exchange == events_exchange(self.event.source):
            return True
        returned_by: str | None = message.properties.get("user_id")
        return exchange == "" and returned_by == self.plant.bus.user

    def _settle(self, messages: Sequence[Any], verdicts: Sequence[Verdict]) -> None:
        """Do to each message what its verdict says."""
        self.queue_consumer.ack_together(
            [each for each, verdict in zip(messages, verdicts, strict=True) if verdict is Verdict.DONE]
        )
        for message, verdict in zip(messages, verdicts, strict=True):
            attempt = _attempt_of(message) + 1
            if verdict is Verdict.UNHEARD:
                self.queue_consumer.requeue_message(message)
            elif verdict is Verdict.NEVER:
                self.queue_consumer.bury(message, "refused")
            elif verdict is Verdict.LATER and attempt < wire.EVENT_ATTEMPTS:
                self._retry(message, attempt)
            elif verdict is Verdict.LATER:
                self.queue_consumer.bury(message, "attempts_exhausted")

    def _retry(self, message: Any, attempt: int) -> None:
        """Put the fact into a waiting room, and only then let go of it."""
        try:
            self.plant.replier.retry(
                bytes_of(message),
                queue=self.queue.name,
                attempt=attempt,
                message_id=message.properties.get("message_id", ""),
            )
        except Unavailable as error:
            log.warning("retry_not_kept", queue=self.queue.name, error=str(error))
            self.queue_consumer.requeue_message(message)
        else:
            self.queue_consumer.ack_message(message)


class Gatherer(Listener):
    """Let one method listen to one fact, several at a time: what comes while it works is its next handful.

    The first fact after a silence is acted on at once. Then the method rests, at least ``rest_seconds`` and the longer
    the more it had to do, or until a whole handful waits, so that under load handfuls grow and each fact costs less. A
    fact that was delivered before comes alone, as its neighbours must not share its fate.
    """

    def __init__(self, event: type[Event], *, rest_seconds: float) -> None:
        self._rest_seconds = rest_seconds
        self._waiting: deque[Any] = deque()
        self._gathering = False
        self._full = threading.Event()
        super().__init__(event)

    @property
    def pace(self) -> int:
        """Fetch the next handful while one is in work."""
        return 2 * HANDFUL

    def receive(self, message: Any) -> None:
        """Let a fact wait for its handful."""
        if (message.headers or {}).get("x-delivery-count", 0):
            super().receive(message)
            return
        self._waiting.append(message)
        if len(self._waiting) >= HANDFUL:
            self._full.set()
        if not self._gathering:
            self._gathering = True
            self.container.spawn_managed_thread(self._gather, identifier="gatherer")

    def stop(self) -> None:
        """Start nothing more, and end a rest."""
        super().stop()
        self._full.set()

    def _listening(self, method: Callable[..., Any]) -> Callable[[Sequence[Heard[Event]]], None]:
        """Return the method, which hears several at a time."""
        return method

    def _gather(self) -> None:
        """Act on handful after handful, until nothing waits."""
        while self._waiting:
            self.plant.event_slots.acquire()
            began = time.monotonic()
            ended = Signal()
            handful = [self._waiting.popleft() for _ in range(min(HANDFUL, len(self._waiting)))]
            self._start(handful, ended.send)
            ended.wait()
            worked = time.monotonic() - began
            if not self._stopping and len(self._waiting) < HANDFUL:
                self._full.clear()
                rest = rest_seconds(len(handful), worked, least=self._rest_seconds, most=LONGEST_REST_SECONDS)
                self._full.wait(rest)
        self._gathering = False


def _attempt_of(message: Any) -> int:
    """Read how many times the fact failed before; a header that is no number counts as none."""
    attempt = (message.headers or {}).get(wire.ATTEMPT, 0)
    return attempt if isinstance(attempt, int) else 0
