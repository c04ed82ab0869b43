"""Hold the inbox table: which message a consumer has already acted on."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Column, Connection, DateTime, Index, MetaData, Table, Text, delete, text
from sqlalchemy.dialects.postgresql import insert

from chassis.migration import Migration
from chassis.statements import ask


def inbox_table(metadata: MetaData) -> Table:
    """Return the table; one row a consumer and message."""
    return Table(
        "inbox",
        metadata,
        Column("consumer", Text, primary_key=True),
        Column("message_id", Text, primary_key=True),
        Column("received_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
        Index("inbox_received_at", "received_at"),
    )


_TABLE = inbox_table(MetaData())
# Built once: it runs for every message.
_REMEMBER = insert(_TABLE).on_conflict_do_nothing()
# In the order of their ids, so that two handfuls that share some wait for each other and never in a circle.
_REMEMBER_SEVERAL = """
INSERT INTO inbox (consumer, message_id) SELECT :consumer, id FROM unnest(CAST(:ids AS text[])) AS id ORDER BY id
ON CONFLICT DO NOTHING RETURNING message_id
"""


def create(op: Migration) -> None:
    """Create the table, from a house's first migration."""
    inbox_table(MetaData()).create(op.get_bind())


def first_time(connection: Connection, *, consumer: str, message_id: str) -> bool:
    """Say whether this consumer sees this message for the first time, and remember it in the caller's transaction.

    Two deliveries at once: the second waits here for the first's commit, then gets ``False``.
    """
    return connection.execute(_REMEMBER, {"consumer": consumer, "message_id": message_id}).rowcount == 1


def first_times(connection: Connection, *, consumer: str, message_ids: Sequence[str]) -> frozenset[str]:
    """Return those messages that this consumer sees for the first time; otherwise as ``first_time``."""
    found = ask(connection, _REMEMBER_SEVERAL, {"consumer": consumer, "ids": list(message_ids)})
    return frozenset(found.scalars())


def forget(connection: Connection, *, received_before: datetime) -> int:
    """Drop old rows; keep at least as long as a dead-letter queue may be replayed. Return how many went."""
    return connection.execute(delete(_TABLE).where(_TABLE.c.received_at < received_before)).rowcount
