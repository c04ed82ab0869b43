"""Name the tables of the index."""

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Index, Integer, MetaData, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR

from chassis.outbox.table import outbox_table

metadata = MetaData()
_NOW = text("now()")

document = Table(
    "document",
    metadata,
    Column("entry", Text(collation="C"), primary_key=True),
    Column("change_number", BigInteger, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("notebook", Text, nullable=False),
    Column("notebook_reference", Text, nullable=False),
    Column("notebook_title", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("tags", ARRAY(Text), nullable=False),
    Column("fields", JSONB, nullable=False),
    Column("comments", ARRAY(Text), nullable=False),
    Column("files", JSONB, nullable=False),
    Column("author", Text, nullable=False),
    Column("author_name", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("unit_code", Text, nullable=False),
    Column("team", Text),
    Column("team_name", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("labels", ARRAY(Text), nullable=False),
    Column("denied", Boolean, nullable=False),
    Column("words", TSVECTOR, nullable=False),
    # Digests of the files, and their types; numbers of fields as {name, written, base, dimension}.
    Column("blobs", ARRAY(Text), nullable=False),
    Column("file_types", ARRAY(Text), nullable=False),
    Column("numbers", JSONB, nullable=False),
    # The walk over all entries that saw this page last.
    Column("generation", Integer, nullable=False),
    # Words enter in bulk from a list of 512 kB: one by one they were half of the feeding, and a longer list would make
    # now one search, now one write pay for many.
    Index(
        "document_find",
        "words",
        "labels",
        postgresql_using="gin",
        postgresql_with={"fastupdate": "on", "gin_pending_list_limit": 512},
    ),
    Index("document_notebook", "notebook"),
    Index("document_newest", "changed_at", "entry"),
    Index("document_blobs", "blobs", postgresql_using="gin"),
)

# What was fed to an index outside this database; in it, `document` itself is the account.
fed = Table(
    "fed",
    metadata,
    Column("entry", Text(collation="C"), primary_key=True),
    Column("change_number", BigInteger, nullable=False),
    Column("notebook", Text, nullable=False),
    Column("blobs", ARRAY(Text), nullable=False),
    Index("fed_notebook", "notebook"),
    Index("fed_blobs", "blobs", postgresql_using="gin"),
)

# Hidden until every page of theirs that waits was pulled again.
denied_notebook = Table("denied_notebook", metadata, Column("notebook", Text, primary_key=True))

file_text = Table(
    "file_text",
    metadata,
    Column("sha256", Text, primary_key=True),
    # [[label, text], …] in the order of the file.
    Column("places", JSONB, nullable=False),
)

# Digests whose text storage was not asked for yet.
wanted_text = Table("wanted_text", metadata, Column("sha256", Text, primary_key=True))

refused_entry = Table(
    "refused_entry",
    metadata,
    Column("entry", Text(collation="C"), primary_key=True),
    Column("change_number", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("refused_at", DateTime(timezone=True), nullable=False, server_default=_NOW),
)

reader = Table(
    "reader",
    metadata,
    Column("person", Text, primary_key=True),
    # Tickets: labels are fresh while the last one served is the last one handed out.
    Column("wanted", BigInteger, nullable=False),
    Column("served", BigInteger, nullable=False),
)

reader_label = Table(
    "reader_label",
    metadata,
    Column("person", Text, primary_key=True),
    Column("label", Text, primary_key=True),
    Column("from_date", Date, primary_key=True),
    Column("until_date", Date),
)

queued_entry = Table(
    "queued_entry",
    metadata,
    Column("entry", Text, primary_key=True),
    Column("ticket", BigInteger, nullable=False),
    Column("since", DateTime(timezone=True), nullable=False, server_default=_NOW),
    Index("queued_entry_since", "since", "entry"),
)

rebuild = Table(
    "rebuild",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("cursor", Text),
    Column("serving", Integer),
    Column("building", Integer),
    Column("walked", BigInteger, nullable=False),
    Column("all_walked", Boolean, nullable=False),
    Column("shape", Text, nullable=False),
)

# Empty until saved searches announce something; the relay reads one outbox a house.
outbox = outbox_table(metadata)
