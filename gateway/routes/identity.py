"""Come in and go out: set-up, invitations, local login, session, personal access tokens."""

import hmac
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from fastapi.responses import Response
from pydantic import AwareDatetime, BaseModel, Field
from uuid_utils import uuid7

from contracts.entries.calls import GetMe, PersonDetail, PersonFields, SetUpInstitution
from contracts.identifiers import PersonId, SessionId, TokenId
from gateway.context import Gateway, Here, Visitor, ask_as_nobody, json_answer
from gateway.identity.holders import COOKIE
from gateway.identity.passwords import digest_of, secret_pair
from gateway.problems import GatewayProblem
from gateway.store.sessions import Holder, Token

router = APIRouter(tags=["identity"])
INVITATION_DAYS = 7
LONGEST_TOKEN_DAYS = 366
SCOPES = {"read", "write"}


class InstitutionFields(BaseModel):
    """The institution to create."""

    name: str = Field(min_length=1, max_length=200)
    code: str = Field(pattern=r"^[A-Z0-9-]{1,20}$")


class SetUp(BaseModel):
    """The first act of an installation."""

    institution: InstitutionFields
    admin: PersonFields


class Invited(BaseModel):
    """A one-time link to set a password."""

    person: PersonDetail
    invitation_url: str


class Login(BaseModel):
    """A login (mail address) and its password."""

    login: str = Field(min_length=1, max_length=320)
    password: str = Field(min_length=1, max_length=1024)


class NewPassword(BaseModel):
    """The first password of an invited person: 12 to 1024 characters."""

    password: str = Field(max_length=2048)


class TokenFields(BaseModel):
    """A personal access token to issue; ``expires_at`` at most a year ahead."""

    name: str = Field(min_length=1, max_length=100)
    scopes: frozenset[str] = frozenset({"read", "write"})
    expires_at: AwareDatetime | None = None


class IssuedToken(BaseModel):
    """A token with its secret: shown this once, never again."""

    id: str
    name: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime
    secret: str | None = None


@router.post("/setup", status_code=201, responses={201: {"model": Invited}})
async def set_up(request: Request, here: Here, body: SetUp, authorization: Annotated[str, Header()] = "") -> Response:
    """Create the institution and its administrator once, with the set-up token of this installation."""
    expected = "Setup " + here.settings.setup_token.get_secret_value()
    if not hmac.compare_digest(authorization.encode(), expected.encode()):
        raise GatewayProblem("unauthenticated", reason="setup_token")
    call = SetUpInstitution(code=body.institution.code, name=body.institution.name, admin=body.admin)
    person = await ask_as_nobody(request, call)
    return json_answer(
        {"person": person, "invitation_url": await invite(here, PersonId(person["id"]), login=person["mail"])},
        status=201,
    )


async def invite(here: Gateway, person: PersonId, *, login: str) -> str:
    """Return a one-time link, good for a week, with which the person sets a first password."""
    secret, digest = secret_pair()
    until = datetime.now(UTC) + timedelta(days=INVITATION_DAYS)
    await here.accounts.invite(person, login=login, secret_sha256=digest, until=until)
    return f"{here.settings.public_url}/invitations/{secret}"


@router.post("/auth/invitations/{secret}", status_code=201)
async def accept_invitation(request: Request, here: Here, secret: str, body: NewPassword) -> Response:
    """Set the first password and open a session."""
    now = datetime.now(UTC)
    if await here.accounts.invited(digest_of(secret), now=now) is None:
        raise GatewayProblem("not_found", reason="invitation_used_or_expired")
    password_hash = await here.passwords.hash(body.password)
    person = await here.accounts.accept(digest_of(secret), password_hash=password_hash, now=now)
    if person is None:
        raise GatewayProblem("not_found", reason="invitation_used_or_expired")
    return await _open_session(request, here, person, status=201)


@router.post("/auth/local")
async def sign_in(request: Request, here: Here, body: Login) -> Response:
    """Open a session with login and password; the cookie is opaque and never readable by scripts."""
    address = request.client.host if request.client else ""
    account = await here.passwords.check(body.login, body.password, address=address, now=datetime.now(UTC))
    return await _open_session(request, here, account.person, status=200)


async def _open_session(request: Request, here: Gateway, person: PersonId, *, status: int) -> Response:
    until = datetime.now(UTC) + timedelta(hours=here.settings.session_hours)
    answer = json_answer({"person": person, "expires_at": until}, status=status)
    return await open_session(request, here, person, answer=answer)


async def open_session(request: Request, here: Gateway, person: PersonId, *, answer: Response) -> Response:
    """Open a session and let ``answer`` carry its cookie."""
    now = datetime.now(UTC)
    until = now + timedelta(hours=here.settings.session_hours)
    secret, digest = secret_pair()
    holder = Holder(person, SessionId(str(uuid7())), None, ("pwd",), int(now.timestamp()), frozenset({"all"}))
    await here.sessions.open(
        holder, secret_sha256=digest, now=now, until=until, correlation_id=request.scope["correlation_id"]
    )
    # RFC 6265bis §4.1.3.2: the __Host- prefix binds the cookie to this host, https and path /.
    answer.set_cookie(
        COOKIE, secret, max_age=here.settings.session_hours * 3600, path="/", secure=True, httponly=True,
        samesite="strict",
    )  # fmt: skip
    return answer


@router.delete("/session", status_code=204)
async def sign_out(visit: Visitor) -> Response:
    """End the session; a token is revoked by its own call."""
    if visit.holder.session is not None:
        await visit.gateway.sessions.close(visit.holder.session)
        visit.gateway.holders.forget(visit.holder)
    answer = Response(status_code=204)
    answer.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="strict")
    return answer


@router.get("/me", responses={200: {"model": PersonDetail}})
async def me(visit: Visitor) -> Response:
    """Return the acting person with roles and affiliations."""
    return json_answer(await visit.ask(GetMe()))


@router.get("/me/tokens")
async def tokens(visit: Visitor) -> Response:
    """List the acting person's tokens in force, without their secrets."""
    found = await visit.gateway.sessions.tokens_of(visit.holder.person)
    return json_answer({"items": [_token_view(token) for token in found], "next_cursor": None})


@router.post("/me/tokens", status_code=201, responses={201: {"model": IssuedToken}})
async def issue_token(visit: Visitor, body: TokenFields) -> Response:
    """Issue a personal access token; only from a session, so that a token never begets a token."""
    if visit.holder.session is None:
        raise GatewayProblem("forbidden", reason="needs_a_session")
    now = datetime.now(UTC)
    longest = now + timedelta(days=LONGEST_TOKEN_DAYS)
    token = Token(
        TokenId(str(uuid7())), body.name, tuple(sorted(body.scopes & SCOPES)), now,
        min(body.expires_at or longest, longest),
    )  # fmt: skip
    secret, digest = secret_pair()
    await visit.gateway.sessions.issue(
        visit.holder.person, token, secret_sha256=digest, now=now, correlation_id=visit.correlation_id
    )
    return json_answer(_token_view(token) | {"secret": secret}, status=201)


@router.delete("/me/tokens/{token}", status_code=204)
async def revoke_token(visit: Visitor, token: str) -> Response:
    """Revoke one of the acting person's tokens."""
    if not await visit.gateway.sessions.revoke(visit.holder.person, TokenId(token), now=datetime.now(UTC)):
        raise GatewayProblem("not_found")
    visit.gateway.holders.forget(visit.holder)
    return Response(status_code=204)


def _token_view(token: Token) -> dict[str, Any]:
    return {
        "id": token.id,
        "name": token.name,
        "scopes": list(token.scopes),
        "created_at": token.created_at,
        "expires_at": token.expires_at,
    }
