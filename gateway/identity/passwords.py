"""Check passwords with argon2id (RFC 9106), two at a time, and count the tries."""

import asyncio
import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from contracts.errors import FieldProblem, Invalid
from gateway.problems import GatewayProblem
from gateway.store.accounts import Account, Accounts

# decisions.md 35: at most 5 tries a minute per account and per address, at most 2 argon2 at once, then 429.
TRIES_A_MINUTE = 5
# An address stands for a whole laboratory behind one NAT: more room than an account, still no dictionary.
ADDRESS_TRIES_A_MINUTE = 60
AT_ONCE = 2
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 1024


def secret_pair() -> tuple[str, bytes]:
    """Return a fresh 256-bit secret for its holder, and the digest we keep."""
    secret = secrets.token_urlsafe(32)
    return secret, digest_of(secret)


def digest_of(secret: str) -> bytes:
    """Return the SHA-256 a secret is kept by."""
    return hashlib.sha256(secret.encode()).digest()


@dataclass(frozen=True, slots=True)
class Passwords:
    """Password checks that cost the same whether the account exists or not."""

    accounts: Accounts
    hasher: PasswordHasher = field(default_factory=PasswordHasher)
    gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def check(self, login: str, password: str, *, address: str, now: datetime) -> Account:
        """Return the account the password opens; 401 otherwise, 429 after too many tries."""
        await self._count(f"login:{login.lower()}", TRIES_A_MINUTE, now)
        await self._count(f"address:{address}", ADDRESS_TRIES_A_MINUTE, now)
        found = await self.accounts.by_login(login)
        # Unknown accounts verify against a hash nobody has the password of: timing tells nothing.
        known = found.password_hash if found else _NOBODY
        if not await self._verify(known, password) or found is None:
            raise GatewayProblem("unauthenticated", reason="wrong_login_or_password")
        await self.accounts.forget_tries(f"login:{login.lower()}")
        # Only wrong passwords count against an address: a whole laboratory may stand behind it.
        await self.accounts.forget_latest_try(f"address:{address}")
        return found

    async def hash(self, password: str) -> str:
        """Return the argon2id string of a new password; Invalid when it is too short or long."""
        if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
            remedy = f"{SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters; a sentence is easy to keep in mind"
            raise Invalid(FieldProblem("password", "length", remedy))
        async with self._slot():
            return await asyncio.to_thread(self.hasher.hash, password)

    async def _count(self, key: str, limit: int, now: datetime) -> None:
        if await self.accounts.tries(key, now=now, within_seconds=60) > limit:
            raise GatewayProblem("too_many", retry_after_seconds="60")

    async def _verify(self, hashed: str, password: str) -> bool:
        async with self._slot():
            try:
                return await asyncio.to_thread(self.hasher.verify, hashed, password)
            except (VerificationError, InvalidHashError):
                return False

    def _slot(self) -> asyncio.Semaphore:
        # argon2 takes 64 MiB and a core for a moment: a crowd is told to come back.
        if self.gate.locked():
            raise GatewayProblem("too_many", retry_after_seconds="2")
        return self.gate


_NOBODY = PasswordHasher().hash(secrets.token_hex(32))
