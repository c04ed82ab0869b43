"""Note when each blob was last checked, what was wrong, and until when it is locked."""

import sqlalchemy as sa
from alembic import op

revision = "storage0004"
down_revision = "storage0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, and what finds the next blob without a walk through all."""
    op.add_column("blob", sa.Column("checked_at", sa.DateTime(timezone=True)))
    op.add_column("blob", sa.Column("damage", sa.Text))
    op.add_column("blob", sa.Column("locked_until", sa.DateTime(timezone=True)))
    op.create_index("blob_checked", "blob", [sa.text("checked_at NULLS FIRST")])
    op.create_index("blob_locked", "blob", [sa.text("locked_until NULLS FIRST")])
    op.create_index("blob_place", "blob", ["place"])


def downgrade() -> None:
    """Drop them."""
    for index in ("blob_place", "blob_locked", "blob_checked"):
        op.drop_index(index, "blob")
    for column in ("locked_until", "damage", "checked_at"):
        op.drop_column("blob", column)
