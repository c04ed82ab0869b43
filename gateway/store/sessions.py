"""Remember sessions, personal access tokens and open ceremonies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.outbox.table import append
from contracts.gateway.events import SignedIn, TokenIssued
from contracts.identifiers import CeremonyId, PersonId, SessionId, TokenId
from gateway.store.tables import access_token, ceremony, session


@dataclass(frozen=True, slots=True)
class Holder:
    """Who a cookie or token stands for: exactly one of ``session`` and ``token`` is set."""

    person: PersonId
    session: SessionId | None
    token: TokenId | None
    amr: tuple[str, ...]
    auth_time: int
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class OpenCeremony:
    """A challenge handed to a session, waiting for a proof of identity."""

    id: CeremonyId
    person: PersonId
    session: SessionId
    challenge: str


@dataclass(frozen=True, slots=True)
class Token:
    """A personal access token as its owner sees it: never its secret."""

    id: TokenId
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Sessions:
    """Sessions, tokens and ceremonies, by the SHA-256 of their secret."""

    engine: AsyncEngine

    async def open(
        self, holder: Holder, *, secret_sha256: bytes, now: datetime, until: datetime, correlation_id: str
    ) -> None:
        """Keep a session and announce the sign-in in the same commit."""
        event = SignedIn(person=holder.person, amr=holder.amr)
        async with self.engine.begin() as connection:
            await connection.execute(
                sa.insert(session).values(
                    id=holder.session, secret_sha256=secret_sha256, person=holder.person, amr=list(holder.amr),
                    auth_time=holder.auth_time, created_at=now, expires_at=until,
                )
            )  # fmt: skip
            await connection.run_sync(
                lambda sync: append(
                    sync, events=[event], occurred_at=now, actor_id=holder.person, correlation_id=correlation_id
                )
            )

    async def by_session(self, secret_sha256: bytes, *, now: datetime) -> Holder | None:
        """Return whom an unexpired session stands for."""
        query = sa.select(session.c.id, session.c.person, session.c.amr, session.c.auth_time).where(
            session.c.secret_sha256 == secret_sha256, session.c.expires_at > now
        )
        async with self.engine.connect() as connection:
            row = (await connection.execute(query)).first()
        if row is None:
            return None
        scopes = frozenset({"all"})
        return Holder(PersonId(row.person), SessionId(row.id), None, tuple(row.amr), row.auth_time, scopes)

    async def close(self, id_: SessionId) -> None:
        """Forget a session."""
        async with self.engine.begin() as connection:
            await connection.execute(sa.delete(session).where(session.c.id == id_))

    async def issue(
        self, person: PersonId, token: Token, *, secret_sha256: bytes, now: datetime, correlation_id: str
    ) -> None:
        """Keep a personal access token and announce it in the same commit."""
        event = TokenIssued(person=person, token=token.id)
        async with self.engine.begin() as connection:
            await connection.execute(
                sa.insert(access_token).values(
                    id=token.id, secret_sha256=secret_sha256, person=person, name=token.name,
                    scopes=list(token.scopes), created_at=now, expires_at=token.expires_at,
                )
            )  # fmt: skip
            await connection.run_sync(
                lambda sync: append(
                    sync, events=[event], occurred_at=now, actor_id=person, correlation_id=correlation_id
                )
            )

    async def by_token(self, secret_sha256: bytes, *, now: datetime) -> Holder | None:
        """Return whom an unexpired, unrevoked token stands for."""
        query = sa.select(
            access_token.c.id, access_token.c.person, access_token.c.scopes, access_token.c.created_at
        ).where(
            access_token.c.secret_sha256 == secret_sha256,
            access_token.c.expires_at > now,
            access_token.c.revoked_at.is_(None),
        )
        async with self.engine.connect() as connection:
            row = (await connection.execute(query)).first()
        if row is None:
            return None
        auth_time = int(row.created_at.timestamp())
        return Holder(PersonId(row.person), None, TokenId(row.id), ("pat",), auth_time, frozenset(row.scopes))

    async def tokens_of(self, person: PersonId) -> Sequence[Token]:
        """Return a person's tokens in force, newest first (at most 200)."""
        query = (
            sa.select(
                access_token.c.id, access_token.c.name, access_token.c.scopes, access_token.c.created_at,
                access_token.c.expires_at,
            )
            .where(access_token.c.person == person, access_token.c.revoked_at.is_(None))
            .order_by(access_token.c.created_at.desc())
            .limit(200)
        )  # fmt: skip
        async with self.engine.connect() as connection:
            rows = (await connection.execute(query)).all()
        return [Token(TokenId(r.id), r.name, tuple(r.scopes), r.created_at, r.expires_at) for r in rows]

    async def revoke(self, person: PersonId, token: TokenId, *, now: datetime) -> bool:
        """Revoke one of a person's own tokens; False when there is none such."""
        change = (
            sa.update(access_token)
            .where(access_token.c.id == token, access_token.c.person == person, access_token.c.revoked_at.is_(None))
            .values(revoked_at=now)
            .returning(access_token.c.id)
        )
        async with self.engine.begin() as connection:
            return (await connection.execute(change)).first() is not None

    async def remember_ceremony(self, opened: OpenCeremony, *, until: datetime) -> None:
        """Keep the challenge of a ceremony for the session that opened it."""
        values = {
            "id": opened.id, "person": opened.person, "session": opened.session, "challenge": opened.challenge,
            "expires_at": until,
        }  # fmt: skip
        async with self.engine.begin() as connection:
            await connection.execute(sa.delete(ceremony).where(ceremony.c.expires_at < sa.func.now()))
            await connection.execute(insert(ceremony).values(**values).on_conflict_do_nothing())

    async def ceremony(self, id_: CeremonyId, holder: Holder, *, now: datetime) -> OpenCeremony | None:
        """Return an open ceremony of this very session."""
        query = sa.select(ceremony.c.challenge).where(
            ceremony.c.id == id_, ceremony.c.session == holder.session, ceremony.c.expires_at > now
        )
        async with self.engine.connect() as connection:
            challenge = (await connection.execute(query)).scalar()
        if challenge is None or holder.session is None:
            return None
        return OpenCeremony(id_, holder.person, holder.session, challenge)
