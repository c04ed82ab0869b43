"""Hold the outbox table: facts wait here, in the commit that made them true, until the relay has published them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, Column, Connection, DateTime, Identity, Integer, MetaData, Table, Text, insert, text
from sqlalchemy.dialects.postgresql import JSONB
from uuid_utils import uuid7

from chassis import statements
from chassis.migration import Migration
from chassis.outbox import ASLEEP
from contracts.envelope import Event

# Both the channel of NOTIFY and the name of the table.
OUTBOX = "outbox"


def outbox_table(metadata: MetaData) -> Table:
    """Return the table; its order is ``id``, its identity ``message_id``."""
    return Table(
        OUTBOX,
        metadata,
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        Column("message_id", Text, nullable=False, unique=True),
        Column("occurred_at", DateTime(timezone=True), nullable=False),
        Column("source", Text, nullable=False),
        Column("type", Text, nullable=False),
        Column("schema_version", Integer, nullable=False),
        Column("correlation_id", Text, nullable=False),
        Column("actor_id", Text, nullable=True),
        Column("payload", JSONB, nullable=False),
        Column("attempts", Integer, nullable=False, server_default=text("0")),
        Column("not_before", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    )


_TABLE = outbox_table(MetaData())

_ADD = """
INSERT INTO outbox (message_id, occurred_at, source, type, schema_version, correlation_id, actor_id, payload)
VALUES (:message_id, :occurred_at, :source, :type, :schema_version, :correlation_id, :actor_id,
  CAST(:payload AS jsonb))
"""

# PostgreSQL lets transactions that notify commit one after the other, each with its own wait for the disk: so they
# notify only while the relay sleeps. It holds this lock then, which it gets when no writer holds his share of it, and
# looks once more before it sleeps: of two who come at once, either it sees the fact or the writer sees it asleep.
_TRIGGER = f"""
CREATE FUNCTION outbox_announce() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF NOT pg_try_advisory_xact_lock_shared({ASLEEP}) THEN PERFORM pg_notify('outbox', ''); END IF;
  RETURN NULL;
END $$
"""
_ATTACH = "CREATE TRIGGER outbox_announce AFTER INSERT ON outbox FOR EACH STATEMENT EXECUTE FUNCTION outbox_announce()"
# The relay's role is made by whoever runs the server; a database without one is served by its owner.
_GRANT = """
DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = current_user || '_relay') THEN
    EXECUTE format('GRANT SELECT, UPDATE, DELETE ON outbox TO %I', current_user || '_relay');
  END IF;
END $$
"""


def create(op: Migration) -> None:
    """Create table, wake-up call and the relay's right, from a house's first migration."""
    metadata = MetaData()
    outbox_table(metadata).create(op.get_bind())
    for statement in (_TRIGGER, _ATTACH, _GRANT):
        op.execute(statement)


def append(
    connection: Connection,
    *,
    events: Sequence[Event],
    occurred_at: datetime,
    actor_id: str | None,
    correlation_id: str,
) -> None:
    """Add facts in the caller's transaction: they leave if, and only if, it commits."""
    for event in events:
        row = {
            "message_id": str(uuid7()),
            "occurred_at": occurred_at,
            "source": event.source,
            "type": event.type,
            "schema_version": event.version,
            "correlation_id": correlation_id,
            "actor_id": actor_id,
        }
        if statements.is_ours(connection):
            statements.later(connection, _ADD, {**row, "payload": event.model_dump_json()})
        else:
            connection.execute(insert(_TABLE), {**row, "payload": event.model_dump(mode="json")})
