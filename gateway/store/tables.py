"""Declare the gateway's tables; ``gateway/migrations`` creates them."""

import sqlalchemy as sa

metadata = sa.MetaData()
_time = sa.DateTime(timezone=True)

# Secrets presented by a browser or a program are 256 random bits: a SHA-256 of them is enough, no salt, no argon2.
account = sa.Table(
    "account",
    metadata,
    sa.Column("person", sa.Text, primary_key=True),
    sa.Column("login", sa.Text, nullable=False, unique=True),
    sa.Column("password_hash", sa.Text, nullable=False),
    sa.Column("created_at", _time, nullable=False),
)
session = sa.Table(
    "session",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("secret_sha256", sa.LargeBinary, nullable=False, unique=True),
    sa.Column("person", sa.Text, nullable=False, index=True),
    sa.Column("amr", sa.ARRAY(sa.Text), nullable=False),
    sa.Column("auth_time", sa.BigInteger, nullable=False),
    sa.Column("created_at", _time, nullable=False),
    sa.Column("expires_at", _time, nullable=False, index=True),
)
access_token = sa.Table(
    "access_token",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("secret_sha256", sa.LargeBinary, nullable=False, unique=True),
    sa.Column("person", sa.Text, nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("scopes", sa.ARRAY(sa.Text), nullable=False),
    sa.Column("created_at", _time, nullable=False),
    sa.Column("expires_at", _time, nullable=False),
    sa.Column("revoked_at", _time),
)
invitation = sa.Table(
    "invitation",
    metadata,
    sa.Column("secret_sha256", sa.LargeBinary, primary_key=True),
    sa.Column("person", sa.Text, nullable=False),
    sa.Column("login", sa.Text, nullable=False),
    sa.Column("expires_at", _time, nullable=False),
    sa.Column("used_at", _time),
)
ceremony = sa.Table(
    "ceremony",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("person", sa.Text, nullable=False),
    sa.Column("session", sa.Text, nullable=False),
    sa.Column("challenge", sa.Text, nullable=False),
    sa.Column("expires_at", _time, nullable=False),
)
# The secret is encrypted: unlike the others it must be read again, at each code (RFC 6238).
authenticator = sa.Table(
    "authenticator",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("person", sa.Text, nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("secret", sa.LargeBinary, nullable=False),
    sa.Column("last_step", sa.BigInteger, nullable=False),
    sa.Column("created_at", _time, nullable=False),
    sa.Column("confirmed_at", _time),
    sa.Column("last_used_at", _time),
)
attempt = sa.Table(
    "attempt",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("at", _time, nullable=False),
    sa.Index("attempt_key_at", "key", "at"),
)
