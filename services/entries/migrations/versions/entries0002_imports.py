"""Make imports and the marks of archives a notebook holds."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "entries0002"
down_revision = "entries0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    counts = [
        sa.Column(f"{kind}_{what}", sa.Integer, nullable=False)
        for kind in ("entries", "files")
        for what in ("done", "total")
    ]
    op.create_table(
        "import",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("notebook", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("upload", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        *counts,
        sa.Column("bytes_done", sa.BigInteger, nullable=False),
        sa.Column("bytes_total", sa.BigInteger, nullable=False),
        sa.Column("report", JSONB, nullable=False),
        sa.Column("made", ARRAY(sa.Text), nullable=False),
        sa.Column("uploads", ARRAY(sa.Text), nullable=False),
        sa.Column("archive_sha256", sa.Text),
        sa.Column("repeated", sa.Boolean, nullable=False),
        sa.Column("run", sa.Integer, nullable=False),
        sa.CheckConstraint(
            "state IN ('queued', 'checking', 'storing', 'writing', 'done', 'refused')", name="import_state"
        ),
    )
    op.create_table(
        "import_done",
        sa.Column("notebook", sa.Text, primary_key=True),
        sa.Column("archive_sha256", sa.Text, primary_key=True),
        sa.Column("import_id", sa.Text, nullable=False),
        sa.Column("made", ARRAY(sa.Text), nullable=False),
    )


def downgrade() -> None:
    """Drop the tables; the pages stay."""
    op.drop_table("import_done")
    op.drop_table("import")
