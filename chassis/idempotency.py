"""Remember the answer of a keyed write in the write's own transaction, so that a repeat returns it (decision 5)."""

from typing import Any

from sqlalchemy import Column, Connection, DateTime, MetaData, Table, Text, insert, text
from sqlalchemy.dialects.postgresql import JSONB

from chassis.migration import Migration
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


_TABLE = request_table(MetaData())
_REMEMBER = insert(_TABLE)
# One round trip, two statements: the second sees what was committed while the first waited for the lock.
_RECALL = text("""
SELECT pg_advisory_xact_lock(hashtextextended(:lock, 0));
SELECT digest, result FROM request WHERE actor = :actor AND method = :method AND key = :key
""")


def create(op: Migration) -> None:
    """Create the table, from a house's first migration."""
    request_table(MetaData()).create(op.get_bind())


def recall(connection: Connection, request: RequestKey) -> dict[str, Any] | None:
    """Return the answer given to this request before, or none; hold a lock on the key until the transaction ends.

    The lock makes two repeats at once take turns, so that the second finds the first's answer.

    Raises:
        Invalid: the key was used for another request (draft-ietf-httpapi-idempotency-key-header §2.7).

    """
    row = connection.execute(
        _RECALL,
        {
            "lock": f"{request.actor}\n{request.method}\n{request.key}",
            "actor": request.actor, "method": request.method, "key": request.key,
        },
    ).one_or_none()  # fmt: skip
    if row is None:
        return None
    if row.digest != request.digest:
        raise Invalid(FieldProblem("Idempotency-Key", "used_for_another_request", "choose a new key"))
    result: dict[str, Any] = row.result
    return result


def remember(connection: Connection, request: RequestKey, result: dict[str, Any]) -> None:
    """Store the answer in the caller's transaction; ``result`` is what JSON can hold."""
    row = {"actor": request.actor, "method": request.method, "key": request.key, "digest": request.digest}
    connection.execute(_REMEMBER, {**row, "result": result})
