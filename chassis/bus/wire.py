"""Speak the protocol of the bus: names of queues, headers, and the bytes of calls, replies, errors and events."""

import hashlib
from typing import Any, TypeVar

import orjson
from pydantic import ValidationError

from contracts.envelope import Call, Envelope, Message
from contracts.errors import BY_CODE, FieldProblem, Invalid, PaillasseError, Unsupported
from contracts.identifiers import Sha256
from contracts.topology import DEAD_LETTER_EXCHANGE

M = TypeVar("M", bound=Message)

CONTENT_TYPE = "application/json"
CONTENT_ENCODING = "utf-8"

# Headers of a call. The deadline is seconds since 1970 UTC, absolute, so that time spent in a queue counts.
ACTOR = "paillasse-actor"
DEADLINE = "paillasse-deadline"
# After this moment (deadline minus half the timeout) a call still waiting is shed: serving it would be too late to be
# of use, and keeps the next one waiting (measured: seven times the good replies under overload, ADR-0002).
START_BY = "paillasse-start-by"
CORRELATION = "paillasse-correlation"
IDEMPOTENCY = "paillasse-idempotency"
# Header of an event that failed before: how many times.
ATTEMPT = "paillasse-attempt"

# A call with less time left than this is shed; each hop keeps this much for the way back.
LEAST_SECONDS = 0.1
HOP_SECONDS = 0.02

# Calls that wait in one queue; the next is refused at once (`reject-publish`).
CALLS_WAITING = 1_000
CALL_DELIVERIES = 3
EVENT_DELIVERIES = 20
EVENT_ATTEMPTS = 8

# Houses whose changing calls must survive a node: their queues are replicated (decision 14).
_REPLICATED = frozenset({"entries", "signing"})


class IllegalMessageError(Exception):
    """The bytes are no message of ours: they belong in the dead-letter queue."""


def call_queue(service: str) -> str:
    """Name the queue in which calls wait for ``service``."""
    return f"rpc-{service}"


def event_queue(source: str, kind: str, *, service: str, method: str) -> str:
    """Name the queue in which facts wait for one method (nameko's own name)."""
    return f"evt-{source}-{kind}--{service}.{method}"


def dead_letter_queue(queue: str) -> str:
    """Name the queue that keeps what ``queue`` could not handle."""
    return f"{queue}.dlq"


def reply_queue(house: str, unique: str) -> str:
    """Name the exclusive queue of one client; ``unique`` is also the routing key of its replies."""
    return f"rpc.reply-{house}-{unique}"


def call_queue_arguments(service: str) -> dict[str, object]:
    """Give the arguments of a call queue: bounded; replicated with a delivery limit where calls change evidence."""
    queue = call_queue(service)
    arguments: dict[str, object] = {
        "x-max-length": CALLS_WAITING,
        "x-overflow": "reject-publish",
        "x-dead-letter-exchange": DEAD_LETTER_EXCHANGE,
        "x-dead-letter-routing-key": queue,
    }
    if service in _REPLICATED:
        arguments |= {"x-queue-type": "quorum", "x-delivery-limit": CALL_DELIVERIES}
    return arguments


def event_queue_arguments(queue: str) -> dict[str, object]:
    """Give the arguments of an event queue: replicated, nothing lost on the way to the dead-letter queue."""
    return {
        "x-queue-type": "quorum",
        "x-delivery-limit": EVENT_DELIVERIES,
        "x-overflow": "reject-publish",
        "x-dead-letter-exchange": DEAD_LETTER_EXCHANGE,
        "x-dead-letter-routing-key": queue,
        "x-dead-letter-strategy": "at-least-once",
    }


def routing_key(call: Call | type[Call]) -> str:
    """Name the method as the RPC exchange routes it."""
    return f"{call.service}.{call.method}"


def encode_call(call: Call) -> bytes:
    """Write the body of a call, in the shape nameko expects: one positional argument."""
    return b'{"args":[' + call.model_dump_json().encode() + b'],"kwargs":{}}'


def call_headers(
    *, token: str, deadline: float, timeout_seconds: float, correlation_id: str, idempotency_key: str | None = None
) -> dict[str, str]:
    """Write the headers of a call; send it mandatory and confirmed, and without expiration: ``START_BY`` sheds it."""
    headers = {
        ACTOR: token,
        DEADLINE: f"{deadline:.3f}",
        START_BY: f"{deadline - timeout_seconds / 2:.3f}",
        CORRELATION: correlation_id,
    }
    if idempotency_key is not None:
        headers[IDEMPOTENCY] = idempotency_key
    return headers


def decode_call(body: bytes) -> dict[str, Any]:
    """Read the payload of a call.

    Raises:
        IllegalMessageError: not JSON, or not the shape of a call.

    """
    try:
        document = orjson.loads(body)
        (payload,) = document["args"]
    except (ValueError, TypeError, KeyError) as error:
        raise IllegalMessageError from error
    if not isinstance(payload, dict):
        raise IllegalMessageError
    return payload


def parse(kind: type[M], payload: dict[str, Any]) -> M:
    """Validate a payload.

    Raises:
        Invalid: with one problem for each wrong field.

    """
    try:
        return kind.model_validate(payload)
    except ValidationError as error:
        raise Invalid(*field_problems(error)) from error


def field_problems(error: ValidationError) -> tuple[FieldProblem, ...]:
    """Name each wrong field by its path; values are left out, they may be anybody's text."""
    return tuple(
        FieldProblem(".".join(str(part) for part in item["loc"]), item["type"], item["msg"])
        for item in error.errors(include_url=False, include_context=False, include_input=False)
    )


def digest(payload: dict[str, Any]) -> Sha256:
    """Return the SHA-256 of a call's payload in canonical form: sorted keys, no spaces."""
    return Sha256(hashlib.sha256(orjson.dumps(payload, option=orjson.OPT_SORT_KEYS)).hexdigest())


def encode_result(reply: Message) -> bytes:
    """Write the reply of a call that succeeded."""
    return b'{"result":' + reply.model_dump_json().encode() + b',"error":null}'


def encode_error(error: PaillasseError) -> bytes:
    """Write the reply of a call that failed: a code and strings, never a class path or a number.

    nameko turns every other scalar into text on its own (bug B9), so the details are strings from the start.
    """
    detail = {name: str(value) for name, value in error.detail.items()}
    fields = [[each.name, each.problem, each.remedy] for each in getattr(error, "fields", ())]
    report = {
        "exc_type": type(error).__name__,
        "exc_path": "",
        "exc_args": [{"code": error.code, "detail": detail, "fields": fields}],
        "value": error.code,
    }
    return orjson.dumps({"result": None, "error": report})


def decode_error(report: dict[str, Any]) -> PaillasseError:
    """Rebuild the error of a reply by its code; anything unknown becomes the root, which is a bug somewhere."""
    (arguments,) = report.get("exc_args") or [{}]
    if not isinstance(arguments, dict):
        return PaillasseError()
    detail = {str(name): str(value) for name, value in arguments.get("detail", {}).items()}
    kind = BY_CODE.get(arguments.get("code", ""), PaillasseError)
    if issubclass(kind, Invalid):
        return kind(*(FieldProblem(*map(str, each)) for each in arguments.get("fields", ())), **detail)
    return kind(**detail)


def decode_reply(body: bytes, kind: type[M]) -> M:
    """Read a reply.

    Raises:
        PaillasseError: the typed error the other side raised.
        Unsupported: the reply is not what this version expects (``reason`` = ``version_skew``).

    """
    try:
        document = orjson.loads(body)
        report, result = document["error"], document["result"]
    except (ValueError, TypeError, KeyError) as error:
        raise Unsupported(reason="version_skew") from error
    if report is not None:
        raise decode_error(report)
    try:
        return kind.model_validate(result)
    except ValidationError as error:
        raise Unsupported(reason="version_skew", reply=kind.__name__) from error


def encode_event(envelope: Envelope) -> bytes:
    """Write the body of an event."""
    return envelope.model_dump_json().encode()


def decode_event(body: bytes) -> Envelope:
    """Read the envelope of an event.

    Raises:
        IllegalMessageError: not JSON, or no envelope.

    """
    try:
        return Envelope.model_validate(orjson.loads(body))
    except ValueError as error:
        raise IllegalMessageError from error
