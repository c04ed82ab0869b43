"""The gateway's own database: local accounts, sessions, tokens, invitations, ceremonies (SQLAlchemy Core, asyncpg)."""
