"""Enrol authenticator apps and check their codes: TOTP (RFC 6238), each code good once."""

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NewType

import pyotp
import segno
from cryptography.fernet import Fernet
from uuid_utils import uuid7

from contracts.identifiers import PersonId
from gateway.problems import GatewayProblem
from gateway.store.accounts import Accounts
from gateway.store.authenticators import Authenticator, Authenticators

# RFC 6238 §4.1: steps of 30 s; every app knows SHA-1 and six digits, few know more.
STEP_SECONDS = 30
# §5.2: one step before and after, for clocks that drift and codes typed at the last second.
WINDOW = (-1, 0, 1)
TRIES_A_MINUTE = 5
MOST_APPS = 5
ISSUER = "Paillasse"
OtpSecret = NewType("OtpSecret", str)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an app needs, shown once: the secret (base32), its otpauth address, and that as a QR code (SVG)."""

    authenticator: Authenticator
    secret: OtpSecret
    address: str
    qr_svg: str


@dataclass(frozen=True, slots=True)
class OneTimeCodes:
    """Authenticator apps of people; secrets are kept encrypted, for they must be read again at each code."""

    kept: Authenticators
    accounts: Accounts
    cipher: Fernet

    @classmethod
    def with_key(cls, kept: Authenticators, accounts: Accounts, *, key: str) -> "OneTimeCodes":
        """Return the codes; ``key`` is 64 hexadecimal digits."""
        return cls(kept, accounts, Fernet(urlsafe_b64encode(bytes.fromhex(key))))

    async def enrol(self, person: PersonId, *, login: str, name: str, now: datetime) -> Enrolment:
        """Make a secret for a new app; it counts once a first code confirms that the app has it."""
        if len(await self.kept.of(person)) >= MOST_APPS:
            raise GatewayProblem("conflict", reason="too_many_authenticators")
        secret = OtpSecret(pyotp.random_base32())
        made = Authenticator(str(uuid7()), person, name, now, confirmed_at=None, last_used_at=None)
        await self.kept.add(made, secret=self.cipher.encrypt(secret.encode()))
        address = pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)
        drawn = segno.make(address, error="m").svg_inline(scale=5, border=2, omitsize=True, light="#fff", dark="#000")
        return Enrolment(made, secret, address, drawn)

    async def confirm(self, person: PersonId, id_: str, code: str, *, now: datetime) -> Authenticator:
        """Accept a new app by its first code; 404 when it is none of this person's, 403 when the code is wrong."""
        await self._count(person, now)
        found = await self.kept.secret_of(person, id_)
        if found is None:
            raise GatewayProblem("not_found")
        await self._use(id_, found, code, now)
        await self.accounts.forget_tries(_key(person))
        return await self.kept.confirm(id_, now=now)

    async def check(self, person: PersonId, code: str, *, now: datetime) -> str:
        """
        Return the id of the app that made the code.

        Raises 403 when none of the person's apps made it, or when it was used before; 429 after too many tries.
        """
        await self._count(person, now)
        for id_, secret in await self.kept.confirmed_secrets(person):
            try:
                await self._use(id_, secret, code, now)
            except GatewayProblem:
                continue
            await self.accounts.forget_tries(_key(person))
            return id_
        raise GatewayProblem("forbidden", reason="wrong_code")

    async def _use(self, id_: str, secret: bytes, code: str, now: datetime) -> None:
        totp = pyotp.TOTP(self.cipher.decrypt(secret).decode(), interval=STEP_SECONDS)
        step = int(now.astimezone(UTC).timestamp()) // STEP_SECONDS
        given = "".join(code.split())
        matched = [step + n for n in WINDOW if hmac.compare_digest(totp.generate_otp(step + n), given)]
        # RFC 6238 §5.2: a code is accepted once; who looked over a shoulder comes too late.
        if not matched or not await self.kept.use(id_, step=matched[0], now=now):
            raise GatewayProblem("forbidden", reason="wrong_code")

    async def _count(self, person: PersonId, now: datetime) -> None:
        if await self.accounts.tries(_key(person), now=now, within_seconds=60) > TRIES_A_MINUTE:
            raise GatewayProblem("too_many", retry_after_seconds="60")


def _key(person: PersonId) -> str:
    return f"code:{person}"
