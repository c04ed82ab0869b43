"""Call another house and wait for its reply: blocking, with a deadline; green where the process is patched."""

import time

import structlog
from uuid_utils import uuid4, uuid7

from chassis.bus import ambience, tokens, wire
from chassis.bus.line import Line, Parcel, ReplyBox, Waiter
from chassis.settings import BusSettings, IdentitySettings
from contracts.envelope import Call, Message
from contracts.errors import Overloaded, Unavailable, UnknownOutcome
from contracts.identifiers import Actor, PersonId
from contracts.topology import RPC_EXCHANGE

TIMEOUT_SECONDS = 2.0

log = structlog.get_logger()


class BusClient:
    """Speak to other houses in the name of this one; safe for any number of threads or greenlets at once.

    One connection, opened at the first call and again whenever it is lost.
    """

    def __init__(self, settings: BusSettings, identity: IdentitySettings) -> None:
        self._house = identity.house
        self._key = tokens.read_key(identity.actor_key.get_secret_value())
        unique = str(uuid4())
        self._reply_to = unique
        box = ReplyBox(queue=wire.reply_queue(identity.house, unique), routing_key=unique)
        self._line = Line(settings, name=f"{identity.house}-client", replies=box)

    def call(
        self,
        call: Call,
        *,
        on_behalf_of: PersonId | None = None,
        timeout_seconds: float = TIMEOUT_SECONDS,
        idempotency_key: str | None = None,
    ) -> Message:
        """Return the reply, an instance of ``call.reply``.

        The time left to the call being served here, if any, bounds ``timeout_seconds``.

        Raises:
            Unavailable: nobody answers that call, or the broker is away.
            Overloaded: too many calls wait for that house already.
            UnknownOutcome: no reply in time, or the connection was lost on the way: repeat with the same key.
            PaillasseError: what the other house raised.

        """
        deadline = self._deadline(timeout_seconds)
        budget = deadline - time.time()
        if budget < wire.LEAST_SECONDS:
            raise Overloaded(reason="too_late")
        waiter = Waiter(str(uuid4()), until_reply=True)
        parcel = self._parcel(
            call,
            call_id=waiter.id,
            deadline=deadline,
            budget=budget,
            on_behalf_of=on_behalf_of,
            idempotency_key=idempotency_key,
        )
        self._line.send(parcel, waiter, wait_seconds=budget)
        body = self._outcome(waiter, call, deadline - time.time())
        return wire.decode_reply(body, call.reply)

    def nudge(self, body: bytes, *, exchange: str, routing_key: str) -> None:
        """Send bytes to whoever listens at this moment: transient, unconfirmed, not worth waiting for."""
        parcel = Parcel(body, exchange, routing_key, {"delivery_mode": 1})
        try:
            self._line.send(parcel, wait_seconds=0)
        except Unavailable:
            log.debug("nudge_lost", exchange=exchange)

    def close(self) -> None:
        """Hang up; calls still waiting end with UnknownOutcome."""
        self._line.close()

    def _deadline(self, timeout_seconds: float) -> float:
        """Return when the reply must be here, in seconds since 1970 UTC."""
        own = time.time() + timeout_seconds
        outer = ambience.deadline.get()
        return own if outer is None else min(own, outer - wire.HOP_SECONDS)

    def _parcel(
        self,
        call: Call,
        *,
        call_id: str,
        deadline: float,
        budget: float,
        on_behalf_of: PersonId | None,
        idempotency_key: str | None,
    ) -> Parcel:
        """Write the message of a call."""
        token = tokens.mint(
            self._key,
            actor=Actor(issuer=self._house, person=on_behalf_of),
            audience=call.service,
            call_id=call_id,
        )
        headers = wire.call_headers(
            token=token,
            deadline=deadline,
            timeout_seconds=budget,
            correlation_id=ambience.correlation_id.get() or str(uuid7()),
            idempotency_key=idempotency_key,
        )
        return Parcel(
            body=wire.encode_call(call),
            exchange=RPC_EXCHANGE,
            routing_key=wire.routing_key(call),
            properties={
                "correlation_id": call_id,
                "message_id": call_id,
                "reply_to": self._reply_to,
                "delivery_mode": 2 if call.changes else 1,
                "application_headers": headers,
            },
            mandatory=True,
        )

    def _outcome(self, waiter: Waiter, call: Call, seconds: float) -> bytes:
        """Wait for what becomes of a call; raise when it is not a reply."""
        outcome = self._line.wait(waiter, seconds)
        if outcome == "replied":
            return waiter.body
        if outcome == "returned":
            raise Unavailable(reason="unknown_service", service=call.service)
        if outcome == "nacked":
            raise Overloaded(reason="queue_full", service=call.service)
        raise UnknownOutcome(reason=outcome, service=call.service, method=call.method)
