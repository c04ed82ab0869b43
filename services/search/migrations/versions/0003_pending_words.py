"""Let words of pages wait in a short list, and enter the index many at a time."""

from alembic import op

revision = "search0003"
down_revision = "search0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Give the list its room (kB); see store/tables.py."""
    op.execute("ALTER INDEX document_find SET (fastupdate = on, gin_pending_list_limit = 512)")


def downgrade() -> None:
    """Let every word enter at once."""
    op.execute("ALTER INDEX document_find SET (fastupdate = off)")
    op.execute("ALTER INDEX document_find RESET (gin_pending_list_limit)")
