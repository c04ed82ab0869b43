"""Note where the store keeps what: the multipart upload of parts on their way, the place of a blob."""

import sqlalchemy as sa
from alembic import op

revision = "storage0003"
down_revision = "storage0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; what is there already lies in a directory, where the digest says where."""
    op.add_column("upload", sa.Column("transfer", sa.Text, nullable=False, server_default=""))
    op.add_column("blob", sa.Column("place", sa.Text, nullable=False, server_default=""))


def downgrade() -> None:
    """Drop the columns."""
    op.drop_column("blob", "place")
    op.drop_column("upload", "transfer")
