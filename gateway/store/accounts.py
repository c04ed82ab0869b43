"""Remember who may come in: accounts, invitations, tries."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from contracts.errors import Conflict
from contracts.identifiers import PersonId
from gateway.store.tables import access_token, account, attempt, authenticator, ceremony, invitation, session


@dataclass(frozen=True, slots=True)
class Account:
    """A local account; ``password_hash`` is an argon2id string (RFC 9106)."""

    person: PersonId
    login: str
    password_hash: str


@dataclass(frozen=True, slots=True)
class Accounts:
    """Local accounts and what leads to them."""

    engine: AsyncEngine

    async def by_login(self, login: str) -> Account | None:
        """Return the account of a login (a mail address, compared in lower case)."""
        return await self._one(account.c.login == login.lower())

    async def by_person(self, person: PersonId) -> Account | None:
        """Return a person's account, or none when they come by another identity provider."""
        return await self._one(account.c.person == person)

    async def _one(self, condition: sa.ColumnElement[bool]) -> Account | None:
        query = sa.select(account.c.person, account.c.login, account.c.password_hash).where(condition)
        async with self.engine.connect() as connection:
            row = (await connection.execute(query)).first()
        return None if row is None else Account(PersonId(row.person), row.login, row.password_hash)

    async def invite(self, person: PersonId, *, login: str, secret_sha256: bytes, until: datetime) -> None:
        """Keep an invitation: whoever holds its secret may set the first password, once."""
        values = {"secret_sha256": secret_sha256, "person": person, "login": login.lower(), "expires_at": until}
        async with self.engine.begin() as connection:
            await connection.execute(sa.insert(invitation).values(**values))

    async def invited(self, secret_sha256: bytes, *, now: datetime) -> str | None:
        """Return the login of an open invitation, or none."""
        query = sa.select(invitation.c.login).where(
            invitation.c.secret_sha256 == secret_sha256,
            invitation.c.used_at.is_(None),
            invitation.c.expires_at > now,
        )
        async with self.engine.connect() as connection:
            login: str | None = (await connection.execute(query)).scalar()
        return login

    async def accept(self, secret_sha256: bytes, *, password_hash: str, now: datetime) -> PersonId | None:
        """Use an invitation once and create the account in the same commit; none when it is void."""
        use = (
            sa.update(invitation)
            .where(
                invitation.c.secret_sha256 == secret_sha256,
                invitation.c.used_at.is_(None),
                invitation.c.expires_at > now,
            )
            .values(used_at=now)
            .returning(invitation.c.person, invitation.c.login)
        )
        async with self.engine.begin() as connection:
            row = (await connection.execute(use)).first()
            if row is None:
                return None
            values = {
                "person": row.person, "login": row.login, "password_hash": password_hash, "created_at": now,
            }  # fmt: skip
            made = await connection.execute(
                insert(account).values(**values).on_conflict_do_nothing().returning(account.c.person)
            )
            if made.first() is None:
                raise Conflict(reason="account_exists")
        return PersonId(row.person)

    async def close(self, person: PersonId, *, now: datetime) -> None:
        """Shut every way in: account, invitations, sessions, tokens, authenticator apps. A repeat changes nothing."""
        tokens = sa.update(access_token).where(access_token.c.person == person, access_token.c.revoked_at.is_(None))
        async with self.engine.begin() as connection:
            for table in (account, invitation, session, ceremony, authenticator):
                await connection.execute(sa.delete(table).where(table.c.person == person))
            await connection.execute(tokens.values(revoked_at=now))

    async def tries(self, key: str, *, now: datetime, within_seconds: int) -> int:
        """Record a try under ``key`` and return how many there were lately, this one included."""
        since = now - timedelta(seconds=within_seconds)
        count = sa.select(sa.func.count()).where(attempt.c.key == key, attempt.c.at > since)
        async with self.engine.begin() as connection:
            await connection.execute(sa.delete(attempt).where(attempt.c.at < now - timedelta(seconds=3600)))
            await connection.execute(sa.insert(attempt).values(key=key, at=now))
            return int((await connection.execute(count)).scalar_one())

    async def forget_tries(self, key: str) -> None:
        """Start counting anew: the right password came."""
        async with self.engine.begin() as connection:
            await connection.execute(sa.delete(attempt).where(attempt.c.key == key))

    async def forget_latest_try(self, key: str) -> None:
        """Take back one try that was none: the right password came, and others share the key."""
        latest = sa.select(sa.func.max(attempt.c.id)).where(attempt.c.key == key).scalar_subquery()
        async with self.engine.begin() as connection:
            await connection.execute(sa.delete(attempt).where(attempt.c.id == latest))
