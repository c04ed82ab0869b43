"""Name the tables of signing, for queries; the migration makes them."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()
_moment = DateTime(timezone=True)

circuit = Table(
    "circuit",
    metadata,
    Column("id", Text, primary_key=True),
    Column("entry", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("stages", JSONB, nullable=False),
    Column("frozen", JSONB(none_as_null=True), nullable=True),
    Column("started_by", Text, nullable=False),
    Column("started_at", _moment, nullable=False),
    Column("sealed_at", _moment, nullable=True),
    Column("evidence_sha256", Text, nullable=True),
    Column("evidence_size_bytes", BigInteger, nullable=False, server_default=text("0")),
    Index("circuit_entry", "entry", "id"),
    # One circuit at a time on an entry, whoever asks at the same moment.
    Index(
        "circuit_alive",
        "entry",
        unique=True,
        postgresql_where=text("state IN ('freezing', 'running', 'sealing', 'sealed')"),
    ),
)

step = Table(
    "step",
    metadata,
    Column("id", Text, primary_key=True),
    Column("circuit", Text, ForeignKey("circuit.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("stage", Integer, nullable=False),
    Column("role", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("person_name", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("waiting_since", _moment, nullable=True),
    Column("number", Integer, nullable=True),
    Column("signed_at", _moment, nullable=True),
    Column("receipt", Text, nullable=True),
    Column("reason", Text, nullable=False),
    Index("step_inbox", "person", "id", postgresql_where=text("state = 'due'")),
)

ceremony = Table(
    "ceremony",
    metadata,
    Column("id", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("expires_at", _moment, nullable=False),
    Column("proof", JSONB(none_as_null=True), nullable=True),
    Column("assertion", JSONB(none_as_null=True), nullable=True),
)

statement = Table(
    "statement",
    metadata,
    Column("ceremony", Text, ForeignKey("ceremony.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("step", Text, nullable=False),
    Column("entry", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("intent_text", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
)

intent = Table(
    "intent",
    metadata,
    Column("id", Text, primary_key=True),
    Column("circuit", Text, ForeignKey("circuit.id"), nullable=False),
    Column("step", Text, nullable=True),
    Column("ceremony", Text, nullable=True, index=True),
    Column("number", Integer, nullable=False),
    Column("role", Text, nullable=False),
    Column("signer", JSONB, nullable=False),
    Column("statement", LargeBinary, nullable=False),
    Column("manifest", LargeBinary, nullable=False),
    Column("auth_time", BigInteger, nullable=True),
    Column("lease_until", _moment, nullable=False),
    Column("state", Text, nullable=False),
    # Two people never sign as the same number: the second waits for the first.
    Index("intent_open", "circuit", unique=True, postgresql_where=text("state = 'open'")),
    Index("intent_lease", "lease_until", postgresql_where=text("state = 'open'")),
)

signature = Table(
    "signature",
    metadata,
    Column("id", Text, ForeignKey("intent.id"), primary_key=True),
    Column("circuit", Text, ForeignKey("circuit.id"), nullable=False),
    Column("entry", Text, nullable=False),
    Column("step", Text, nullable=True),
    Column("number", Integer, nullable=False),
    Column("role", Text, nullable=False),
    Column("signer", JSONB, nullable=False),
    Column("statement", LargeBinary, nullable=False),
    Column("manifest", LargeBinary, nullable=False),
    Column("p7s", LargeBinary, nullable=False),
    Column("p7s_token", LargeBinary, nullable=False),
    Column("gen_time", _moment, nullable=False),
    Column("leaf_index", BigInteger, nullable=False, unique=True),
    Column("leaf", LargeBinary, nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Column("ceremony", LargeBinary, nullable=True),
    Index("signature_number", "circuit", "number", unique=True),
)

evidence_part = Table(
    "evidence_part",
    metadata,
    Column("circuit", Text, ForeignKey("circuit.id"), primary_key=True),
    Column("path", Text, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

log_leaf = Table(
    "log_leaf",
    metadata,
    Column("index", BigInteger, primary_key=True, autoincrement=False),
    Column("leaf", LargeBinary, nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
)

checkpoint = Table(
    "checkpoint",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("root", LargeBinary, nullable=False),
    Column("text", Text, nullable=False),
    Column("signed_at", _moment, nullable=False),
)

checkpoint_stamp = Table(
    "checkpoint_stamp",
    metadata,
    Column("size", BigInteger, ForeignKey("checkpoint.size"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("authority", Text, nullable=False),
    Column("token", LargeBinary, nullable=False),
    Column("gen_time", _moment, nullable=False),
)
