"""Sign in and out without a script, and set a first password from an invitation."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from contracts.errors import Invalid
from gateway.context import Gateway, Here
from gateway.identity.holders import COOKIE
from gateway.identity.passwords import digest_of
from gateway.pages.rendering import page
from gateway.problems import GatewayProblem
from gateway.routes.identity import open_session

router = APIRouter(include_in_schema=False)
SEE_OTHER = 303
# What the sign-in page may say above its form, by ``?notice=``.
NOTICES = {"signed_out", "expired"}
_STATUS = {"wrong": 401, "missing": 422, "too_many": 429, "cross_site": 403}
_PROBLEMS = {"unauthenticated": "wrong", "too_many": "too_many", "cross_site": "cross_site"}


def place_within(address: str) -> str:
    """Return ``address`` when it is a path of this site, else the front door: no form leads elsewhere."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "/"
    # Browsers read a backslash as a slash and drop control characters: "/\\evil" and "/\t/evil" lead away.
    strange = any(character == "\\" or ord(character) < 0x21 for character in address)
    away = parts.scheme or parts.netloc or not address.startswith("/") or address.startswith("//")
    return "/" if strange or away else address


@router.get("/sign-in")
async def sign_in_page(request: Request, next: str = "/", notice: str = "") -> Response:  # noqa: A002 - the address says next
    """Show the form."""
    said = notice if notice in NOTICES else None
    return page("sign_in.html", request, next=place_within(next), login="", error=None, notice=said)


@router.post("/sign-in")
async def sign_in(request: Request, here: Here) -> Response:
    """Open a session and go where the visitor wanted to; else show the form again with what was typed."""
    form = await request.form(max_files=0, max_fields=5)
    login, password = str(form.get("login", "")).strip(), str(form.get("password", ""))
    wanted = place_within(str(form.get("next", "/")))
    try:
        here.holders.refuse_cross_site(request)
        if not login or not password:
            return _again(request, "missing", login=login, wanted=wanted)
        address = request.client.host if request.client else ""
        account = await here.passwords.check(login, password, address=address, now=datetime.now(UTC))
    except GatewayProblem as problem:
        if problem.problem not in _PROBLEMS:
            raise
        return _again(request, _PROBLEMS[problem.problem], login=login, wanted=wanted)
    return await open_session(request, here, account.person, answer=RedirectResponse(wanted, status_code=SEE_OTHER))


def _again(request: Request, error: str, *, login: str, wanted: str) -> Response:
    answer = page(
        "sign_in.html", request, status=_STATUS[error], next=wanted, login=login[:320], error=error, notice=None
    )
    if error == "too_many":
        answer.headers["Retry-After"] = "60"
    return answer


@router.post("/sign-out")
async def sign_out(request: Request, here: Here) -> Response:
    """End the session, if there is one, and say so."""
    here.holders.refuse_cross_site(request)
    await _close_session(request, here)
    answer = RedirectResponse("/sign-in?notice=signed_out", status_code=SEE_OTHER)
    answer.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="strict")
    # The browser's own copies of pages go too; drafts stay: they are in storage, and may be all there is of a text.
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


async def _close_session(request: Request, here: Gateway) -> None:
    try:
        holder = await here.holders.of(request)
    except GatewayProblem:
        return
    if holder.session is not None:
        await here.sessions.close(holder.session)
        here.holders.forget(holder)


@router.get("/invitations/{secret}")
async def invitation_page(request: Request, here: Here, secret: str) -> Response:
    """Show the form for a first password, or say that the link is void."""
    login = await here.accounts.invited(digest_of(secret), now=datetime.now(UTC))
    return page("invitation.html", request, status=200 if login else 404, login=login, error=None)


@router.post("/invitations/{secret}")
async def accept_invitation(request: Request, here: Here, secret: str) -> Response:
    """Set the first password, once, and open a session."""
    now = datetime.now(UTC)
    login = await here.accounts.invited(digest_of(secret), now=now)
    if login is None:
        return page("invitation.html", request, status=404, login=None, error=None)
    form = await request.form(max_files=0, max_fields=5)
    try:
        here.holders.refuse_cross_site(request)
        password_hash = await here.passwords.hash(str(form.get("password", "")))
    except Invalid:
        return page("invitation.html", request, status=422, login=login, error="length")
    except GatewayProblem as problem:
        if problem.problem != "cross_site":
            raise
        return page("invitation.html", request, status=403, login=login, error="cross_site")
    person = await here.accounts.accept(digest_of(secret), password_hash=password_hash, now=now)
    if person is None:
        return page("invitation.html", request, status=404, login=None, error=None)
    return await open_session(request, here, person, answer=RedirectResponse("/", status_code=SEE_OTHER))
