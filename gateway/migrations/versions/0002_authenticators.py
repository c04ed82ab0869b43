"""Add authenticator apps."""

from alembic import op

from gateway.store.tables import authenticator

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the table where the first migration, which creates what is declared today, ran before it was."""
    authenticator.create(op.get_bind(), checkfirst=True)


def downgrade() -> None:
    """Refuse: the means to sign are not thrown away by a command."""
    raise NotImplementedError
