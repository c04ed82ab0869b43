"""A person's authenticator apps: the one-time codes with which they may sign."""

from datetime import UTC, datetime
from typing import Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from gateway.context import Visit, Visitor, json_answer
from gateway.identity.step_up import prove_password
from gateway.problems import GatewayProblem
from gateway.store.authenticators import Authenticator

router = APIRouter(tags=["identity"])
Method = Literal["password", "totp"]


class AuthenticatorFields(BaseModel):
    """An app to enrol; the password proves that it is not just somebody at an open session."""

    kind: Literal["totp"] = "totp"
    name: str = Field(min_length=1, max_length=100)
    password: str = Field(min_length=1, max_length=1024)


class FirstCode(BaseModel):
    """The app's first code: six digits."""

    code: str = Field(min_length=6, max_length=12)


class AuthenticatorView(BaseModel):
    """An app that makes one-time codes; it counts from ``confirmed_at`` on."""

    id: str
    kind: Literal["totp"]
    name: str
    created_at: datetime
    confirmed_at: datetime | None
    last_used_at: datetime | None


class AuthenticatorEnrolment(AuthenticatorView):
    """A new app with its secret (base32), shown this once: as text, as otpauth address, as QR code (SVG)."""

    secret: str
    address: str
    qr_svg: str


class AuthenticatorList(BaseModel):
    """Confirmed apps, and every way this person can prove identity when signing."""

    items: tuple[AuthenticatorView, ...]
    methods: tuple[Method, ...]
    next_cursor: str | None = None


@router.get("/me/authenticators", responses={200: {"model": AuthenticatorList}})
async def authenticators(visit: Visitor) -> Response:
    """List the acting person's confirmed authenticator apps, and how they can prove identity."""
    person = visit.holder.person
    apps = [_view(found) for found in await visit.gateway.codes.kept.of(person)]
    known = await visit.gateway.accounts.by_person(person) is not None
    methods = ["password"] * known + ["totp"] * bool(apps)
    return json_answer({"items": apps, "methods": methods, "next_cursor": None})


@router.post("/me/authenticators", status_code=201, responses={201: {"model": AuthenticatorEnrolment}})
async def enrol_authenticator(request: Request, visit: Visitor, body: AuthenticatorFields) -> Response:
    """Make the secret of a new app, shown this once; it counts after its first code."""
    _from_a_session(visit)
    account = await prove_password(visit, body.password, address=request.client.host if request.client else "")
    made = await visit.gateway.codes.enrol(
        visit.holder.person, login=account.login, name=body.name, now=datetime.now(UTC)
    )
    shown = {"secret": made.secret, "address": made.address, "qr_svg": made.qr_svg}
    return json_answer(_view(made.authenticator) | shown, status=201)


@router.post("/me/authenticators/{authenticator}/confirm", responses={200: {"model": AuthenticatorView}})
async def confirm_authenticator(visit: Visitor, authenticator: str, body: FirstCode) -> Response:
    """Accept a new app by its first code."""
    _from_a_session(visit)
    found = await visit.gateway.codes.confirm(visit.holder.person, authenticator, body.code, now=datetime.now(UTC))
    return json_answer(_view(found))


@router.delete("/me/authenticators/{authenticator}", status_code=204)
async def remove_authenticator(visit: Visitor, authenticator: str) -> Response:
    """Forget an app: its codes count no more."""
    _from_a_session(visit)
    if not await visit.gateway.codes.kept.remove(visit.holder.person, authenticator):
        raise GatewayProblem("not_found")
    return Response(status_code=204)


def _from_a_session(visit: Visit) -> None:
    if visit.holder.session is None:
        raise GatewayProblem("forbidden", reason="needs_a_session")


def _view(found: Authenticator) -> dict[str, Any]:
    return {
        "id": found.id,
        "kind": "totp",
        "name": found.name,
        "created_at": found.created_at,
        "confirmed_at": found.confirmed_at,
        "last_used_at": found.last_used_at,
    }
