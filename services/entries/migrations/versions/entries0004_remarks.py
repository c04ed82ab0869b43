"""Make comments, and let pages be found by author and tag."""

from alembic import op

revision = "entries0004"
down_revision = "entries0003"
branch_labels = None
depends_on = None

# A comment never changes; only its thread is settled. Its id is a UUIDv7: in order of time.
_COMMENTS = """
CREATE TABLE comment (
  entry text COLLATE "C" NOT NULL REFERENCES entry, id text COLLATE "C" NOT NULL,
  thread text COLLATE "C" NOT NULL, author text COLLATE "C" NOT NULL REFERENCES person, author_name text NOT NULL,
  text text NOT NULL, mentions text[] NOT NULL, anchor text, quote text NOT NULL, revision integer NOT NULL,
  created_at timestamptz NOT NULL, resolved_at timestamptz, resolved_by text COLLATE "C", resolved_by_name text,
  PRIMARY KEY (entry, id), FOREIGN KEY (entry, thread) REFERENCES comment (entry, id),
  CHECK (resolved_at IS NULL OR thread = id)
);
CREATE TRIGGER comment_stays BEFORE DELETE OR TRUNCATE ON comment
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE INDEX entry_author ON entry (author);
"""


def upgrade() -> None:
    """Make the table."""
    op.execute(_COMMENTS)


def downgrade() -> None:
    """Refuse: what people said is part of the notebook."""
    raise NotImplementedError
