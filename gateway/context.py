"""Hold what every route needs, and turn a request into a call."""

from dataclasses import dataclass
from typing import Annotated, Any

import orjson
from fastapi import Depends, Header, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncEngine

from contracts.envelope import Call
from contracts.identifiers import Actor, Ceremony
from gateway.bus import Asked, Bus
from gateway.identity.holders import Holders, actor_of
from gateway.identity.one_time_codes import OneTimeCodes
from gateway.identity.passwords import Passwords
from gateway.pages.verification import Verifier
from gateway.problems import GatewayProblem
from gateway.rates import Rates
from gateway.settings import GatewaySettings
from gateway.store.accounts import Accounts
from gateway.store.sessions import Holder, Sessions
from gateway.watching import Watchers

LONGEST_KEY = 255


@dataclass(frozen=True, slots=True)
class Gateway:
    """The parts of one gateway process."""

    settings: GatewaySettings
    engine: AsyncEngine
    bus: Bus
    sessions: Sessions
    accounts: Accounts
    passwords: Passwords
    codes: OneTimeCodes
    holders: Holders
    verifier: Verifier
    watchers: Watchers
    sync_rates: Rates


@dataclass(frozen=True, slots=True)
class Visit:
    """One authenticated request: who asks, and the way to the houses."""

    gateway: Gateway
    holder: Holder
    correlation_id: str
    idempotency_key: str | None

    async def ask(self, call: Call, *, ceremony: Ceremony | None = None, timeout_seconds: float | None = None) -> Any:
        """Send a call as this visitor and return its reply as plain JSON values."""
        if call.changes:
            self.demand_scope("write")
        asked = Asked(
            actor_of(self.holder, ceremony=ceremony),
            timeout_seconds or self.gateway.settings.call_timeout_seconds,
            self.correlation_id,
            self.idempotency_key,
        )
        return await self.gateway.bus.call(call, asked)

    def demand_scope(self, scope: str) -> None:
        """Let a session pass, and a token that has the scope; 403 otherwise."""
        if self.holder.token is not None and scope not in self.holder.scopes:
            raise GatewayProblem("forbidden", reason="token_scope", needs=scope)


def gateway_of(request: Request) -> Gateway:
    """Return the process's parts."""
    gateway: Gateway = request.app.state.gateway
    return gateway


async def visit_of(
    request: Request, idempotency_key: Annotated[str | None, Header(max_length=LONGEST_KEY)] = None
) -> Visit:
    """Authenticate the request; 401 when nobody asks."""
    gateway = gateway_of(request)
    holder = await gateway.holders.of(request)
    return Visit(gateway, holder, request.scope["correlation_id"], idempotency_key)


async def ask_as_nobody(request: Request, call: Call) -> Any:
    """Send a call without a person: public files of the log, the first set-up."""
    gateway = gateway_of(request)
    asked = Asked(
        Actor(issuer="gateway"), gateway.settings.call_timeout_seconds, request.scope["correlation_id"],
        request.headers.get("idempotency-key"),
    )  # fmt: skip
    return await gateway.bus.call(call, asked)


Here = Annotated[Gateway, Depends(gateway_of)]
Visitor = Annotated[Visit, Depends(visit_of)]


def json_answer(value: Any, *, status: int = 200, etag: str | None = None, location: str | None = None) -> Response:
    """Return a house's reply as it came; validated there, typed here only for the OpenAPI document."""
    headers = {"Cache-Control": "no-store"}
    if etag is not None:
        headers["ETag"] = f'"{etag}"'
    if location is not None:
        headers["Location"] = location
    return Response(orjson.dumps(value), status_code=status, headers=headers, media_type="application/json")


def if_match(header: str | None) -> int:
    """Return the version an edit is based on, the number before the dot of an ETag; 428 when it is missing."""
    if header is None:
        raise GatewayProblem("precondition_required")
    version = header.strip().removeprefix("W/").strip('"').split(".")[0]
    if not version.isdecimal():
        raise GatewayProblem("stale", reason="not_an_etag_of_this_page")
    return int(version)
