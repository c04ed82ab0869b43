"""Make the index, the readers' labels and the outbox."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR

from chassis.outbox import table as outbox

revision = "search0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _document()
    op.create_table(
        "reader",
        sa.Column("person", sa.Text, primary_key=True),
        sa.Column("wanted", sa.BigInteger, nullable=False),
        sa.Column("served", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "reader_label",
        sa.Column("person", sa.Text, primary_key=True),
        sa.Column("label", sa.Text, primary_key=True),
        sa.Column("from_date", sa.Date, primary_key=True),
        sa.Column("until_date", sa.Date),
    )
    op.create_table(
        "queued_entry",
        sa.Column("entry", sa.Text, primary_key=True),
        sa.Column("ticket", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "rebuild",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("cursor", sa.Text),
        sa.Column("done", sa.Boolean, nullable=False),
    )
    outbox.create(op)


def _document() -> None:
    op.create_table(
        "document",
        sa.Column("entry", sa.Text(collation="C"), primary_key=True),
        sa.Column("change_number", sa.BigInteger, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("notebook", sa.Text, nullable=False),
        sa.Column("notebook_reference", sa.Text, nullable=False),
        sa.Column("notebook_title", sa.Text, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("tags", ARRAY(sa.Text), nullable=False),
        sa.Column("field_texts", ARRAY(sa.Text), nullable=False),
        sa.Column("attachment_names", ARRAY(sa.Text), nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("author_name", sa.Text, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("unit_code", sa.Text, nullable=False),
        sa.Column("team", sa.Text),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("labels", ARRAY(sa.Text), nullable=False),
        sa.Column("denied", sa.Boolean, nullable=False),
        sa.Column("words", TSVECTOR, nullable=False),
    )
    op.create_index(
        "document_find", "document", ["words", "labels"], postgresql_using="gin", postgresql_with={"fastupdate": "off"}
    )
    op.create_index("document_notebook", "document", ["notebook"])
    op.create_index("document_newest", "document", ["changed_at", "entry"])


def downgrade() -> None:
    """Drop the tables; the index can be rebuilt."""
    for table in ("document", "reader", "reader_label", "queued_entry", "rebuild", "outbox"):
        op.drop_table(table)
    op.execute("DROP FUNCTION outbox_announce")
