"""Make uploads, parts, blobs, keyed requests and the outbox."""

import sqlalchemy as sa
from alembic import op

from chassis import idempotency
from chassis.outbox import table as outbox

revision = "storage0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _upload()
    op.create_table(
        "part",
        sa.Column("upload", sa.Text, sa.ForeignKey("upload.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
    )
    op.create_table(
        "blob",
        sa.Column("sha256", sa.Text, primary_key=True),
        sa.Column("sha512", sa.Text, nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
    )
    idempotency.create(op)
    outbox.create(op)


def _upload() -> None:
    op.create_table(
        "upload",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("issuer", sa.Text, nullable=False),
        sa.Column("person", sa.Text),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("part_size_bytes", sa.BigInteger, nullable=False),
        sa.Column("expected_sha256", sa.Text),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text),
        sa.Column("sha512", sa.Text),
        sa.CheckConstraint("size_bytes >= 0", name="upload_size"),
        sa.CheckConstraint("state NOT IN ('complete', 'tentative', 'kept') OR sha256 IS NOT NULL", name="upload_named"),
    )
    op.create_index("upload_sha256", "upload", ["sha256"])
    op.create_index("upload_planned", "upload", ["expires_at"], postgresql_where=sa.text("state = 'planned'"))
    op.create_index("upload_tentative", "upload", ["purpose"], postgresql_where=sa.text("state = 'tentative'"))


def downgrade() -> None:
    """Drop the tables; the bytes stay in their folder."""
    for table in ("part", "upload", "blob", "request", "outbox"):
        op.drop_table(table)
    op.execute("DROP FUNCTION outbox_announce")
