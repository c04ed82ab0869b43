"""Take facts from queues by nameko: done, tried again later from a waiting room, or buried."""

from chassis.bus.green import eventlet

# isort: split

import random
from collections.abc import Callable
from functools import partial
from typing import Any

import structlog
from nameko.exceptions import ContainerBeingKilled
from nameko.extensions import Entrypoint

from chassis import telemetry
from chassis.bus import wire
from chassis.bus.consumers import PLANT, MessageConsumer, Plant, bytes_of, durable_queue
from chassis.bus.handling import Verdict, settle
from contracts.envelope import Event
from contracts.errors import Unavailable
from contracts.topology import events_exchange

# After a death the messages that were fetched together start at different moments within this, so that the innocent
# ones are done before the poisonous one strikes again, and never reach the delivery limit with it.
SCATTER_SECONDS = 1.0

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

    def handle_message(self, message: Any) -> None:
        """Wait for a free slot, then start a worker; what is not started returns to the queue."""
        if (message.headers or {}).get("x-delivery-count", 0):
            eventlet.sleep(random.uniform(0, SCATTER_SECONDS))  # noqa: S311 -- jitter, not a secret
        self.plant.event_slots.acquire()
        if self._stopping:
            self._give_back(message)
        elif not self._is_genuine(message):
            self._bury(message, "foreign_source")
        else:
            self._start(message)

    def perform(self, method: Callable[..., Any], body: bytes) -> Verdict:
        """Act on one fact in its worker."""
        with telemetry.EVENT_SECONDS.labels(self.container.service_name, self.method_name, "any").time():
            return settle(self.event, method, body)

    def _start(self, message: Any) -> None:
        """Start a worker for a fact."""
        try:
            self.container.spawn_worker(self, (bytes_of(message),), {}, handle_result=partial(self._finish, message))
        except ContainerBeingKilled:
            self._give_back(message)

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

    def _finish(self, message: Any, verdict: Verdict) -> None:
        """Do to the message what its verdict says."""
        attempt = _attempt_of(message) + 1
        if verdict is Verdict.DONE:
            self.queue_consumer.ack_message(message)
            self._free()
        elif verdict is Verdict.LATER and attempt < wire.EVENT_ATTEMPTS:
            self._retry(message, attempt)
        else:
            self._bury(message, "refused" if verdict is Verdict.NEVER else "attempts_exhausted")

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
            self._give_back(message)
            return
        self.queue_consumer.ack_message(message)
        self._free()

    def _bury(self, message: Any, reason: str) -> None:
        self.queue_consumer.bury(message, reason)
        self._free()

    def _give_back(self, message: Any) -> None:
        self.queue_consumer.requeue_message(message)
        self._free()

    def _free(self) -> None:
        """Let the next one start."""
        self.plant.event_slots.release()
        self.queue_consumer.settled()


def _attempt_of(message: Any) -> int:
    """Read how many times the fact failed before; a header that is no number counts as none."""
    attempt = (message.headers or {}).get(wire.ATTEMPT, 0)
    return attempt if isinstance(attempt, int) else 0
