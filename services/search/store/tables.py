"""Name the tables of the index."""

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Index, Integer, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR

from chassis.outbox.table import outbox_table

metadata = MetaData()

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
    Column("field_texts", ARRAY(Text), nullable=False),
    Column("attachment_names", ARRAY(Text), nullable=False),
    Column("author", Text, nullable=False),
    Column("author_name", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("unit_code", Text, nullable=False),
    Column("team", Text),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("labels", ARRAY(Text), nullable=False),
    Column("denied", Boolean, nullable=False),
    Column("words", TSVECTOR, nullable=False),
    # Without fastupdate: a pending list would make now one search, now one write pay for many.
    Index("document_find", "words", "labels", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
    Index("document_notebook", "notebook"),
    Index("document_newest", "changed_at", "entry"),
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
)

rebuild = Table(
    "rebuild",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("cursor", Text),
    Column("done", Boolean, nullable=False),
)

# Empty until saved searches announce something; the relay reads one outbox a house.
outbox = outbox_table(metadata)
