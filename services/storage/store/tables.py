"""Name the tables of storage; the migrations make them."""

from sqlalchemy import BigInteger, Boolean, Column, DateTime, ForeignKey, Integer, LargeBinary, MetaData, Table, Text

metadata = MetaData()

upload = Table(
    "upload",
    metadata,
    Column("id", Text, primary_key=True),
    Column("issuer", Text, nullable=False),
    Column("person", Text),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("part_size_bytes", BigInteger, nullable=False),
    Column("expected_sha256", Text),
    Column("purpose", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("sha256", Text),
    Column("sha512", Text),
    Column("transfer", Text, nullable=False, server_default=""),
)

part = Table(
    "part",
    metadata,
    Column("upload", Text, ForeignKey("upload.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
)

blob = Table(
    "blob",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("sha512", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("stored_at", DateTime(timezone=True), nullable=False),
    Column("place", Text, nullable=False, server_default=""),
    Column("checked_at", DateTime(timezone=True)),
    Column("damage", Text),
    Column("locked_until", DateTime(timezone=True)),
    Column("held", Boolean, nullable=False, server_default="false"),
    Column("hold_due", Boolean, nullable=False, server_default="false"),
)

hold = Table(
    "hold",
    metadata,
    Column("id", Text, primary_key=True),
    Column("scope", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("placed_by", Text, nullable=False),
    Column("placed_at", DateTime(timezone=True), nullable=False),
    Column("lifted_by", Text),
    Column("lifted_at", DateTime(timezone=True)),
    Column("lifted_reason", Text, nullable=False, server_default=""),
)

hold_notebook = Table(
    "hold_notebook",
    metadata,
    Column("hold", Text, ForeignKey("hold.id"), primary_key=True),
    Column("notebook", Text, primary_key=True),
)

# Which bytes revisions name, by notebook.
naming = Table(
    "naming",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("notebook", Text, primary_key=True),
)

reading = Table(
    "reading",
    metadata,
    Column("sha256", Text, ForeignKey("blob.sha256", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    # JSON: [[kind, label, text], …].
    Column("places", Text, nullable=False),
    Column("truncated", Boolean, nullable=False),
    Column("read_at", DateTime(timezone=True), nullable=False),
)

preview = Table(
    "preview",
    metadata,
    Column("sha256", Text, ForeignKey("reading.sha256", ondelete="CASCADE"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("media_type", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
)
