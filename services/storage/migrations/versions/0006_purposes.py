"""Find what people sent for a page."""

import sqlalchemy as sa
from alembic import op

revision = "storage0006"
down_revision = "storage0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Index uploads by what they are for."""
    op.create_index("upload_purpose", "upload", ["purpose", "id"], postgresql_where=sa.text("purpose <> ''"))


def downgrade() -> None:
    """Drop it."""
    op.drop_index("upload_purpose", "upload")
