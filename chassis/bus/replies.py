"""Send replies and retries over one dedicated, locked connection a process."""

from typing import Any

from uuid_utils import uuid4

from chassis.bus import wire
from chassis.bus.line import Line, Parcel
from chassis.settings import BusSettings
from contracts.errors import Unavailable
from contracts.topology import RETRY_STEPS, RPC_EXCHANGE

CONFIRM_SECONDS = 5.0
# Which waiting room before which attempt: 2 × 5 s, 3 × 30 s, 2 × 5 min, then the dead-letter queue.
_ROOMS = (0, 0, 1, 1, 1, 2, 2)


class Replier:
    """Publish what a process owes: replies unconfirmed, retries confirmed.

    A reply lost with its connection is the caller's ``UnknownOutcome``; nameko's own way (a pooled producer and a
    confirm for each reply) took half of a service's processor time (measured, ADR-0002).
    """

    def __init__(self, settings: BusSettings, *, house: str) -> None:
        self._user = settings.user
        self._line = Line(settings, name=f"{house}-replies")

    def reply(self, body: bytes, *, reply_to: str, call_id: str) -> None:
        """Send a reply; a caller that is gone does not matter."""
        parcel = Parcel(
            body=body,
            exchange=RPC_EXCHANGE,
            routing_key=reply_to,
            properties={"correlation_id": call_id, "delivery_mode": 1},
        )
        try:
            self._line.send(parcel)
        except Unavailable:
            self._line.send(parcel)  # once more, on a new connection

    def retry(self, body: bytes, *, queue: str, attempt: int, message_id: str) -> None:
        """Put an event into a waiting room, from which it returns to ``queue``.

        Raise Unavailable when the broker does not keep it.
        ``attempt`` counts the failures so far, from 1. The broker vouches for ``user_id``, which is how the listener
        knows on its return that no other house sent it.
        """
        step = RETRY_STEPS[_ROOMS[min(attempt, len(_ROOMS)) - 1]]
        properties: dict[str, Any] = {
            "message_id": message_id,
            "delivery_mode": 2,
            "user_id": self._user,
            "application_headers": {wire.ATTEMPT: attempt},
        }
        parcel = Parcel(body=body, exchange=step.name, routing_key=queue, properties=properties, mandatory=True)
        self._line.deliver(parcel, message_id or str(uuid4()), timeout_seconds=CONFIRM_SECONDS)

    def close(self) -> None:
        """Hang up."""
        self._line.close()
