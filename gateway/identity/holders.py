"""Find out who asks, from a cookie or a personal access token, and sign that for the houses."""

import hashlib
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

from fastapi import Request

from contracts.identifiers import Actor, Ceremony, PersonId
from gateway.problems import GatewayProblem
from gateway.store.sessions import Holder, Sessions

COOKIE = "__Host-sid"
# A revoked session or token may live this much longer in a gateway process; one page load is several requests.
REMEMBER_SECONDS = 1.0
REMEMBERED = 4096


@dataclass(slots=True)
class Holders:
    """Resolve credentials to people, remembering each for a second."""

    sessions: Sessions
    public_url: str
    recent: dict[bytes, tuple[float, Holder]] = field(default_factory=dict)

    async def of(self, request: Request) -> Holder:
        """Return who asks; 401 when nobody does, 403 when a cookie comes from another site's page."""
        authorization = request.headers.get("authorization", "")
        if authorization[:7].lower() == "bearer ":
            return await self._resolve(authorization[7:].strip(), by_token=True)
        cookie = request.cookies.get(COOKIE)
        if cookie is None:
            raise GatewayProblem("unauthenticated")
        self.refuse_cross_site(request)
        return await self._resolve(cookie, by_token=False)

    def forget(self, holder: Holder) -> None:
        """Drop a holder at once: signed out or revoked here."""
        self.forget_person(holder.person)

    def forget_person(self, person: PersonId) -> None:
        """Drop whoever stands for a person."""
        self.recent = {key: pair for key, pair in self.recent.items() if pair[1].person != person}

    async def _resolve(self, secret: str, *, by_token: bool) -> Holder:
        key = hashlib.sha256(secret.encode()).digest()
        seen = self.recent.get(key)
        if seen is not None and seen[0] > time.monotonic():
            return seen[1]
        now = datetime.now(UTC)
        look_up = self.sessions.by_token if by_token else self.sessions.by_session
        holder = await look_up(key, now=now)
        if holder is None:
            self.recent.pop(key, None)
            raise GatewayProblem("unauthenticated", reason="expired_or_unknown")
        if len(self.recent) >= REMEMBERED:
            self.recent.clear()
        self.recent[key] = (time.monotonic() + REMEMBER_SECONDS, holder)
        return holder

    def refuse_cross_site(self, request: Request) -> None:
        """Raise 403 when a write comes from another site's page (Fetch Metadata, else Origin)."""
        # SameSite=Strict already keeps the cookie home; this holds where a browser does not know it.
        if request.method in {"GET", "HEAD"}:
            return
        site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
        if site not in {None, "same-origin", "none"} or origin not in {None, self.public_url}:
            raise GatewayProblem("cross_site")


def actor_of(holder: Holder, *, ceremony: Ceremony | None = None) -> Actor:
    """Return the actor a holder is for the houses; ``ceremony`` only after its factor was checked."""
    return Actor(
        issuer="gateway",
        person=holder.person,
        session=holder.session,
        token=holder.token,
        scopes=holder.scopes,
        amr=holder.amr,
        auth_time=holder.auth_time,
        ceremony=ceremony,
    )
