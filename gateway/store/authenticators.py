"""Remember authenticator apps and the last time step each was used at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from contracts.identifiers import PersonId
from gateway.store.tables import authenticator


@dataclass(frozen=True, slots=True)
class Authenticator:
    """An app as its owner sees it: never its secret; it counts from ``confirmed_at`` on."""

    id: str
    person: PersonId
    name: str
    created_at: datetime
    confirmed_at: datetime | None
    last_used_at: datetime | None


_SHOWN = (
    authenticator.c.id, authenticator.c.person, authenticator.c.name, authenticator.c.created_at,
    authenticator.c.confirmed_at, authenticator.c.last_used_at,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Authenticators:
    """People's authenticator apps; secrets come and go encrypted."""

    engine: AsyncEngine

    async def add(self, made: Authenticator, *, secret: bytes) -> None:
        """Keep a new app; one that was never confirmed gives way to it."""
        stale = sa.delete(authenticator).where(
            authenticator.c.person == made.person, authenticator.c.confirmed_at.is_(None)
        )
        values = {
            "id": made.id, "person": made.person, "name": made.name, "created_at": made.created_at, "secret": secret,
            "last_step": 0,
        }  # fmt: skip
        async with self.engine.begin() as connection:
            await connection.execute(stale)
            await connection.execute(sa.insert(authenticator).values(**values))

    async def of(self, person: PersonId) -> Sequence[Authenticator]:
        """Return a person's confirmed apps, oldest first."""
        query = (
            sa.select(*_SHOWN)
            .where(authenticator.c.person == person, authenticator.c.confirmed_at.is_not(None))
            .order_by(authenticator.c.id)
        )
        async with self.engine.connect() as connection:
            return [_read(row) for row in (await connection.execute(query)).all()]

    async def secret_of(self, person: PersonId, id_: str) -> bytes | None:
        """Return the encrypted secret of one of a person's apps that awaits its first code."""
        query = sa.select(authenticator.c.secret).where(
            authenticator.c.id == id_, authenticator.c.person == person, authenticator.c.confirmed_at.is_(None)
        )
        async with self.engine.connect() as connection:
            found: bytes | None = (await connection.execute(query)).scalar()
        return found

    async def confirmed_secrets(self, person: PersonId) -> Sequence[tuple[str, bytes]]:
        """Return ids and encrypted secrets of a person's confirmed apps."""
        query = sa.select(authenticator.c.id, authenticator.c.secret).where(
            authenticator.c.person == person, authenticator.c.confirmed_at.is_not(None)
        )
        async with self.engine.connect() as connection:
            return [(row.id, row.secret) for row in (await connection.execute(query)).all()]

    async def confirm(self, id_: str, *, now: datetime) -> Authenticator:
        """Let an app count from now on."""
        change = sa.update(authenticator).where(authenticator.c.id == id_).values(confirmed_at=now).returning(*_SHOWN)
        async with self.engine.begin() as connection:
            return _read((await connection.execute(change)).one())

    async def use(self, id_: str, *, step: int, now: datetime) -> bool:
        """Take a time step, once and never backwards; False when it, or a later one, was taken before."""
        change = (
            sa.update(authenticator)
            .where(authenticator.c.id == id_, authenticator.c.last_step < step)
            .values(last_step=step, last_used_at=now)
            .returning(authenticator.c.id)
        )
        async with self.engine.begin() as connection:
            return (await connection.execute(change)).first() is not None

    async def remove(self, person: PersonId, id_: str) -> bool:
        """Forget one of a person's apps; False when there is none such."""
        change = (
            sa.delete(authenticator)
            .where(authenticator.c.id == id_, authenticator.c.person == person)
            .returning(authenticator.c.id)
        )
        async with self.engine.begin() as connection:
            return (await connection.execute(change)).first() is not None


def _read(row: Any) -> Authenticator:
    return Authenticator(
        row.id, PersonId(row.person), row.name, row.created_at, confirmed_at=row.confirmed_at,
        last_used_at=row.last_used_at,
    )  # fmt: skip
