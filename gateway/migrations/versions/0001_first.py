"""Create accounts, sessions, tokens, invitations, ceremonies, tries and the outbox."""

from alembic import op

from chassis.outbox import table as outbox
from gateway.store.tables import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the first tables."""
    metadata.create_all(op.get_bind())
    outbox.create(op)


def downgrade() -> None:
    """Refuse: sessions and tokens are not thrown away by a command."""
    raise NotImplementedError
