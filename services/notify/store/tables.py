"""Name the tables of notices."""

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from chassis.outbox.table import outbox_table

metadata = MetaData()

notice = Table(
    "notice",
    metadata,
    Column("id", Text(collation="C"), primary_key=True),
    Column("event", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("capacity", Text, nullable=False),
    Column("entry", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("by", Text),
    Column("role", Text),
    Column("alone", Boolean, nullable=False),
    # Written with the mail, in the reader's language; a notice without words is not shown yet.
    Column("title", Text),
    Column("text", Text),
    Column("read_at", DateTime(timezone=True)),
    UniqueConstraint("event", "person", "kind", name="notice_once"),
    Index("notice_of_person", "person", "id"),
)

delivery = Table(
    "delivery",
    metadata,
    Column("notice", Text(collation="C"), ForeignKey("notice.id"), primary_key=True),
    Column("mail_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    # Due from here on; a claim moves it ahead, so that a dead claimant's mails come back by themselves.
    Column("not_before", DateTime(timezone=True), nullable=False),
    Column("sent_at", DateTime(timezone=True)),
    Column("failure", Text),
    Index("delivery_due", "not_before", postgresql_where=text("state = 'pending'")),
)

outbox = outbox_table(metadata)
