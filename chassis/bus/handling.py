"""Handle one message: everything between its bytes and the house's method, and back."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, TypeVar

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from uuid_utils import uuid7

from chassis.bus import ambience, tokens, wire
from chassis.bus.green import eventlet
from contracts.envelope import Call, Envelope, Event, Message
from contracts.errors import (
    BY_CODE,
    Forbidden,
    Invalid,
    Overloaded,
    PaillasseError,
    Unavailable,
    UnknownOutcome,
    Unsupported,
)
from contracts.identifiers import Actor, RequestKey

# An event handler that has not come back by then is tried again later.
EVENT_SECONDS = 120.0
# The server restarts, is full, or broke a deadlock: the same call may succeed in a moment.
DATABASE_AWAY = (OperationalError, InterfaceError, PoolTimeoutError)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class CallContext:
    """What the edge knows about a call, verified.

    ``deadline`` is seconds since 1970 UTC; ``request`` is set when the caller sent an idempotency key.
    """

    actor: Actor
    correlation_id: str
    deadline: float
    request: RequestKey | None = None


@dataclass(frozen=True, slots=True)
class ArrivedCall:
    """A legal call as it came: nothing in it is verified yet."""

    payload: Mapping[str, Any]
    headers: Mapping[str, Any]
    call_id: str


@dataclass(frozen=True, slots=True)
class Answered:
    """The bytes of a reply, and one word for the measures."""

    body: bytes
    outcome: str


E_co = TypeVar("E_co", bound=Event, covariant=True)


@dataclass(frozen=True, slots=True)
class Heard(Generic[E_co]):
    """One fact, with the envelope it came in."""

    event: E_co
    envelope: Envelope


class Verdict(Enum):
    """What becomes of an event."""

    DONE = "done"
    LATER = "later"
    NEVER = "never"
    # Nobody began with it: it returns to its queue.
    UNHEARD = "unheard"


def answer(
    kind: type[Call],
    method: Callable[[Any, CallContext], Message],
    arrived: ArrivedCall,
    *,
    keys: Mapping[str, Ed25519PublicKey],
) -> Answered:
    """Answer a call: shed, verify, validate, handle. Never raises: every failure is a reply."""
    correlation = str(arrived.headers.get(wire.CORRELATION) or uuid7())
    structlog.contextvars.bind_contextvars(correlation_id=correlation)
    ambience.correlation_id.set(correlation)
    started = time.perf_counter()
    try:
        deadline = _deadline_of(arrived.headers)
        context = _context_of(kind, arrived, keys=keys, correlation_id=correlation, deadline=deadline)
        reply = _within(deadline, lambda: method(wire.parse(kind, dict(arrived.payload)), context))
        answered = Answered(wire.encode_result(_expected(kind, reply)), "done")
    except PaillasseError as error:
        answered = _refusal(error, correlation)
    except DATABASE_AWAY as error:
        log.warning("database_away", method=wire.routing_key(kind), error=type(error).__name__)
        answered = _refusal(_of_lost_database(kind), correlation)
    except Exception:
        log.exception("call_broke", method=wire.routing_key(kind))
        answered = Answered(wire.encode_error(PaillasseError(correlation_id=correlation)), "internal")
    write = log.info if kind.changes or answered.outcome != "done" else log.debug
    write(
        "call_answered",
        method=wire.routing_key(kind),
        outcome=answered.outcome,
        milliseconds=round((time.perf_counter() - started) * 1000, 1),
    )
    return answered


def _of_lost_database(kind: type[Call]) -> PaillasseError:
    """Say that the house's database went away; a change may have been committed before its answer was lost."""
    lost = UnknownOutcome if kind.changes else Unavailable
    return lost(reason="database_away", retry_after_seconds="1")


def _expected(kind: type[Call], reply: Message) -> Message:
    """Return the reply when it is what the contract promises; anything else is a bug of the house."""
    if not isinstance(reply, kind.reply):
        raise TypeError(f"{wire.routing_key(kind)} answered {type(reply).__name__}, not {kind.reply.__name__}")
    return reply


def _refusal(error: PaillasseError, correlation: str) -> Answered:
    """Write a typed error; a class that is not in the contract stays inside."""
    known = BY_CODE.get(error.code)
    if known is None or not isinstance(error, known):
        log.error("call_broke", error=type(error).__name__)
        return Answered(wire.encode_error(PaillasseError(correlation_id=correlation)), "internal")
    return Answered(wire.encode_error(error), error.code)


def _deadline_of(headers: Mapping[str, Any]) -> float:
    """Read the deadline; raise Overloaded when serving the call would be too late to be of use."""
    try:
        deadline = float(headers[wire.DEADLINE])
        start_by = float(headers.get(wire.START_BY, deadline))
    except (KeyError, TypeError, ValueError) as error:
        raise Unsupported(reason="no_deadline") from error
    now = time.time()
    if now > start_by or deadline - now < wire.LEAST_SECONDS:
        raise Overloaded(reason="too_late")
    return deadline


def _context_of(
    kind: type[Call],
    arrived: ArrivedCall,
    *,
    keys: Mapping[str, Ed25519PublicKey],
    correlation_id: str,
    deadline: float,
) -> CallContext:
    """Verify who asks, and name the request when it is keyed."""
    token = arrived.headers.get(wire.ACTOR)
    if not isinstance(token, str):
        raise Forbidden(reason="actor_token")
    actor = tokens.verify(token, audience=kind.service, issuers=kind.issuers, keys=keys, call_id=arrived.call_id)
    key = arrived.headers.get(wire.IDEMPOTENCY)
    request = None
    if isinstance(key, str) and key:
        who = f"{actor.issuer}/{actor.person or '-'}"
        request = RequestKey(
            actor=who, method=wire.routing_key(kind), key=key, digest=wire.digest(dict(arrived.payload))
        )
    return CallContext(actor=actor, correlation_id=correlation_id, deadline=deadline, request=request)


def _within(deadline: float, work: Callable[[], Message]) -> Message:
    """Do the work, but not beyond the deadline less one hop: nobody would read the reply."""
    ambience.deadline.set(deadline)
    expiry = eventlet.Timeout(deadline - time.time() - wire.HOP_SECONDS)
    try:
        return work()
    except eventlet.Timeout as late:
        if late is not expiry:
            raise TimeoutError from late
        raise UnknownOutcome(reason="deadline") from late
    finally:
        expiry.cancel()


def _hear(kind: type[Event], envelope: Envelope) -> Heard[Event]:
    """Read the fact of an envelope; one that speaks for another house, or of something else, is refused."""
    if (envelope.source, envelope.type) != (kind.source, kind.type):
        raise Unsupported(reason="foreign_source")
    return Heard(wire.parse(kind, envelope.payload), envelope)


def _act(kind: type[Event], method: Callable[[Sequence[Heard[Event]]], None], bodies: Sequence[bytes]) -> None:
    """Let the method act on facts, in the name of the first."""
    envelopes = [wire.decode_event(body) for body in bodies]
    first = envelopes[0]
    structlog.contextvars.bind_contextvars(
        correlation_id=first.correlation_id, message_id=first.message_id, event_type=first.type
    )
    ambience.correlation_id.set(first.correlation_id or None)
    heard = [_hear(kind, envelope) for envelope in envelopes]
    with eventlet.Timeout(EVENT_SECONDS, TimeoutError):
        method(heard)


def settle_together(
    kind: type[Event], method: Callable[[Sequence[Heard[Event]]], None], bodies: Sequence[bytes]
) -> list[Verdict]:
    """Handle several events at once; when that fails, one by one, so that only the guilty one bears the blame."""
    if len(bodies) > 1:
        try:
            _act(kind, method, bodies)
        except Exception:
            log.warning("events_taken_apart", event_class=kind.__name__, count=len(bodies), exc_info=True)
        else:
            return [Verdict.DONE] * len(bodies)
    return [_settle(kind, method, body) for body in bodies]


def _settle(kind: type[Event], method: Callable[[Sequence[Heard[Event]]], None], body: bytes) -> Verdict:
    """Handle one event: never raises; a permanent failure is told apart from one that time may heal."""
    try:
        _act(kind, method, [body])
    except (Invalid, Unsupported, wire.IllegalMessageError) as error:
        log.exception("event_refused", event_class=kind.__name__, error=type(error).__name__)
        return Verdict.NEVER
    except Exception:
        log.exception("event_failed", event_class=kind.__name__)
        return Verdict.LATER
    return Verdict.DONE
