"""Remember the answer of a keyed write in the write's own transaction, so that a repeat returns it (decision 5)."""

from typing import Any

import orjson
from sqlalchemy import Column, Connection, DateTime, MetaData, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from chassis.migration import Migration
from chassis.statements import ask, later
from contracts.errors import FieldProblem, Invalid
from contracts.identifiers import RequestKey


def request_table(metadata: MetaData) -> Table:
    """Return the table; the primary key is what makes a repeat visible, even of two at once."""
    return Table(
        "request",
        metadata,
        Column("actor", Text, primary_key=True),
        Column("method", Text, primary_key=True),
        Column("key", Text, primary_key=True),
        Column("digest", Text, nullable=False),
        Column("result", JSONB, nullable=False),
        Column("answered_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    )


_REMEMBER = """
INSERT INTO request (actor, method, key, digest, result)
VALUES (:actor, :method, :key, :digest, CAST(:result AS jsonb))
"""
# Two statements in one round trip: the second, which may join this table as ``q``, sees what was committed while the
# first waited for the lock. Their values are those of ``bound``.
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(:request_lock, 0))"
JOINED = "q.actor = :request_actor AND q.method = :request_method AND q.key = :request_key"
_RECALL = f"SELECT q.digest, q.result FROM request q WHERE {JOINED}"  # noqa: S608 -- own constants


def create(op: Migration) -> None:
    """Create the table, from a house's first migration."""
    request_table(MetaData()).create(op.get_bind())


def recall(connection: Connection, request: RequestKey) -> dict[str, Any] | None:
    """Return the answer given to this request before, or none; hold a lock on the key until the transaction ends.

    The lock makes two repeats at once take turns, so that the second finds the first's answer.

    Raises:
        Invalid: the key was used for another request (draft-ietf-httpapi-idempotency-key-header §2.7).

    """
    row = ask(connection, _RECALL, bound(request), first=(LOCK,)).one_or_none()
    return None if row is None else answer_of(request, digest=row.digest, result=row.result)


def bound(request: RequestKey) -> dict[str, str]:
    """Return the values that ``LOCK`` and ``JOINED`` ask for."""
    return {
        "request_lock": f"{request.actor}\n{request.method}\n{request.key}",
        "request_actor": request.actor,
        "request_method": request.method,
        "request_key": request.key,
    }


def answer_of(request: RequestKey, *, digest: str, result: dict[str, Any]) -> dict[str, Any]:
    """Return what was stored under a key; Invalid when it was stored for another request."""
    if digest != request.digest:
        raise Invalid(FieldProblem("Idempotency-Key", "used_for_another_request", "choose a new key"))
    return result


def remember(connection: Connection, request: RequestKey, result: dict[str, Any]) -> None:
    """Store the answer in the caller's transaction; ``result`` is what JSON can hold."""
    row = {"actor": request.actor, "method": request.method, "key": request.key, "digest": request.digest}
    later(connection, _REMEMBER, {**row, "result": orjson.dumps(result).decode()})
