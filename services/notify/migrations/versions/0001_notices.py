"""Make notices, deliveries and the outbox."""

import sqlalchemy as sa
from alembic import op

from chassis.outbox import table as outbox

revision = "notify0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "notice",
        sa.Column("id", sa.Text(collation="C"), primary_key=True),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("capacity", sa.Text, nullable=False),
        sa.Column("entry", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text),
        sa.Column("role", sa.Text),
        sa.Column("alone", sa.Boolean, nullable=False),
        sa.Column("title", sa.Text),
        sa.Column("text", sa.Text),
        sa.Column("read_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("event", "person", "kind", name="notice_once"),
    )
    op.create_index("notice_of_person", "notice", ["person", "id"])
    op.create_table(
        "delivery",
        sa.Column("notice", sa.Text(collation="C"), sa.ForeignKey("notice.id"), primary_key=True),
        sa.Column("mail_id", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.Column("failure", sa.Text),
    )
    op.create_index("delivery_due", "delivery", ["not_before"], postgresql_where=sa.text("state = 'pending'"))
    outbox.create(op)


def downgrade() -> None:
    """Drop the tables."""
    for table in ("delivery", "notice", "outbox"):
        op.drop_table(table)
    op.execute("DROP FUNCTION outbox_announce")
