"""Make drafts and the rows of their updates."""

from alembic import op

revision = "entries0003"
down_revision = "entries0002"
branch_labels = None
depends_on = None

_DRAFTS = """
CREATE TABLE draft (
  entry text COLLATE "C" PRIMARY KEY REFERENCES entry,
  epoch integer NOT NULL, cursor bigint NOT NULL, base integer NOT NULL, ahead boolean NOT NULL,
  state_vector bytea NOT NULL, size_bytes bigint NOT NULL, update_count integer NOT NULL,
  changed_at timestamptz, changed_by text COLLATE "C"
) WITH (fillfactor = 50);
CREATE INDEX draft_ahead ON draft (changed_by) WHERE ahead;
CREATE TABLE draft_update (
  entry text COLLATE "C" NOT NULL REFERENCES draft, cursor bigint NOT NULL, content bytea NOT NULL,
  PRIMARY KEY (entry, cursor)
);
"""


def upgrade() -> None:
    """Make the tables."""
    op.execute(_DRAFTS)


def downgrade() -> None:
    """Drop the drafts; every revision stays."""
    op.execute("DROP TABLE draft_update; DROP TABLE draft")
