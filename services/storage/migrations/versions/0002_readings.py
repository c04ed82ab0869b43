"""Make jobs, what was read inside files, and their previews: all derived, and gone with the bytes they come from."""

import sqlalchemy as sa
from alembic import op

from chassis import jobs

revision = "storage0002"
down_revision = "storage0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    jobs.create(op)
    op.create_table(
        "reading",
        sa.Column("sha256", sa.Text, sa.ForeignKey("blob.sha256", ondelete="CASCADE"), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("places", sa.Text, nullable=False),
        sa.Column("truncated", sa.Boolean, nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status IN ('done', 'none', 'failed')", name="reading_status"),
    )
    op.create_table(
        "preview",
        sa.Column("sha256", sa.Text, sa.ForeignKey("reading.sha256", ondelete="CASCADE"), primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    # PNG does not shrink; without this every read of a slice would try to unpack it.
    op.execute("ALTER TABLE preview ALTER COLUMN content SET STORAGE EXTERNAL")


def downgrade() -> None:
    """Drop the tables; everything in them can be made again."""
    for table in ("preview", "reading", "job"):
        op.drop_table(table)
    op.execute("DROP FUNCTION job_announce")
