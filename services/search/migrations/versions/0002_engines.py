"""Make room for everything on a page, and for an index outside: the pages are walked over anew."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "search0002"
down_revision = "search0001"
branch_labels = None
depends_on = None

_NOW = sa.text("now()")


def upgrade() -> None:
    """Make the tables; empty the index, which is a projection, so that its new columns are filled."""
    op.execute("TRUNCATE document, rebuild")
    _document()
    op.create_table(
        "fed",
        sa.Column("entry", sa.Text(collation="C"), primary_key=True),
        sa.Column("change_number", sa.BigInteger, nullable=False),
        sa.Column("notebook", sa.Text, nullable=False),
        sa.Column("blobs", ARRAY(sa.Text), nullable=False),
    )
    op.create_index("fed_notebook", "fed", ["notebook"])
    op.create_index("fed_blobs", "fed", ["blobs"], postgresql_using="gin")
    op.create_table("denied_notebook", sa.Column("notebook", sa.Text, primary_key=True))
    op.create_table(
        "file_text",
        sa.Column("sha256", sa.Text, primary_key=True),
        sa.Column("places", JSONB, nullable=False),
    )
    op.create_table("wanted_text", sa.Column("sha256", sa.Text, primary_key=True))
    op.create_table(
        "refused_entry",
        sa.Column("entry", sa.Text(collation="C"), primary_key=True),
        sa.Column("change_number", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=False, server_default=_NOW),
    )
    op.add_column("queued_entry", sa.Column("since", sa.DateTime(timezone=True), nullable=False, server_default=_NOW))
    op.create_index("queued_entry_since", "queued_entry", ["since", "entry"])
    _rebuild()


def _document() -> None:
    for gone in ("field_texts", "attachment_names"):
        op.drop_column("document", gone)
    lists = {"comments": sa.Text, "blobs": sa.Text, "file_types": sa.Text}
    for name, kind in lists.items():
        op.add_column("document", sa.Column(name, ARRAY(kind), nullable=False))
    for name in ("fields", "files", "numbers"):
        op.add_column("document", sa.Column(name, JSONB, nullable=False))
    op.add_column("document", sa.Column("team_name", sa.Text, nullable=False))
    op.add_column("document", sa.Column("generation", sa.Integer, nullable=False))
    op.create_index("document_blobs", "document", ["blobs"], postgresql_using="gin")


def _rebuild() -> None:
    op.drop_column("rebuild", "done")
    op.add_column("rebuild", sa.Column("serving", sa.Integer))
    op.add_column("rebuild", sa.Column("building", sa.Integer))
    op.add_column("rebuild", sa.Column("walked", sa.BigInteger, nullable=False))
    op.add_column("rebuild", sa.Column("all_walked", sa.Boolean, nullable=False))
    op.add_column("rebuild", sa.Column("shape", sa.Text, nullable=False))


def downgrade() -> None:
    """Drop what was made; the index can be rebuilt."""
    op.execute("TRUNCATE document, rebuild")
    for table in ("fed", "denied_notebook", "file_text", "wanted_text", "refused_entry"):
        op.drop_table(table)
    op.drop_column("queued_entry", "since")
    for name in ("comments", "blobs", "file_types", "fields", "files", "numbers", "team_name", "generation"):
        op.drop_column("document", name)
    for name in ("field_texts", "attachment_names"):
        op.add_column("document", sa.Column(name, ARRAY(sa.Text), nullable=False))
    for name in ("serving", "building", "walked", "all_walked", "shape"):
        op.drop_column("rebuild", name)
    op.add_column("rebuild", sa.Column("done", sa.Boolean, nullable=False))
