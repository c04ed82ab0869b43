"""Make holds, what they reach, and which notebook names which bytes."""

import sqlalchemy as sa
from alembic import op

revision = "storage0005"
down_revision = "storage0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "hold",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("placed_by", sa.Text, nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_by", sa.Text),
        sa.Column("lifted_at", sa.DateTime(timezone=True)),
        sa.Column("lifted_reason", sa.Text, nullable=False, server_default=""),
    )
    op.create_table(
        "hold_notebook",
        sa.Column("hold", sa.Text, sa.ForeignKey("hold.id"), primary_key=True),
        sa.Column("notebook", sa.Text, primary_key=True),
    )
    op.create_table(
        "naming",
        sa.Column("sha256", sa.Text, primary_key=True),
        sa.Column("notebook", sa.Text, primary_key=True),
    )
    op.create_index("hold_notebook_notebook", "hold_notebook", ["notebook"])
    op.create_index("naming_notebook", "naming", ["notebook"])
    op.create_index("upload_person", "upload", ["person"])
    op.add_column("blob", sa.Column("held", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("blob", sa.Column("hold_due", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_index("blob_hold_due", "blob", ["sha256"], postgresql_where=sa.text("hold_due"))


def downgrade() -> None:
    """Drop them."""
    op.drop_index("blob_hold_due", "blob")
    op.drop_column("blob", "hold_due")
    op.drop_column("blob", "held")
    op.drop_index("upload_person", "upload")
    for table in ("naming", "hold_notebook", "hold"):
        op.drop_table(table)
