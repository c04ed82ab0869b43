"""Say what a migration of a house can do; no driver is loaded for it."""

from typing import Protocol

from sqlalchemy import Connection


class Migration(Protocol):
    """What ``alembic.op`` offers inside a migration, and all that the chassis' tables need of it."""

    def get_bind(self) -> Connection:
        """Return the migration's connection."""

    def execute(self, sqltext: str, /) -> None:
        """Run a statement."""
