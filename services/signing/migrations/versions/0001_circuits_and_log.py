"""Make the tables of signing: circuits, acts, evidence, the log."""

from alembic import op

from chassis import idempotency, jobs
from chassis.inbox import table as inbox
from chassis.outbox import table as outbox
from services.signing.store.tables import metadata

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create them."""
    metadata.create_all(op.get_bind())
    for part in (outbox, inbox, idempotency, jobs):
        part.create(op)
