"""Build the FastAPI application: state, middleware, problems, routes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import create_async_engine
from starlette.exceptions import HTTPException

from chassis.bus import tokens
from contracts.errors import FieldProblem, Invalid, PaillasseError, Unavailable
from gateway.bus import Bus
from gateway.context import Gateway
from gateway.identity.holders import Holders
from gateway.identity.one_time_codes import OneTimeCodes
from gateway.identity.passwords import Passwords
from gateway.middleware import Correlated
from gateway.pages import rendering
from gateway.pages.verification import Verifier
from gateway.problems import KINDS, GatewayProblem, code_of, problem_of
from gateway.rates import Rates
from gateway.routes import (
    authenticators,
    drafts,
    entries,
    files,
    identity,
    imports,
    notebooks,
    pages,
    people,
    remarks,
    search,
    sign_in,
    signing,
    verify,
    web,
)
from gateway.settings import GatewaySettings
from gateway.store.accounts import Accounts
from gateway.store.authenticators import Authenticators
from gateway.store.sessions import Sessions
from gateway.watching import Watchers

API = "/api/v1"
PARTS = (identity, authenticators, people, notebooks, entries, drafts, remarks, files, signing, search, imports)
log = structlog.get_logger()
_BY_STATUS = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}


def build(settings: GatewaySettings) -> FastAPI:
    """Return the application; its database and bus are opened when it starts and closed when it stops."""
    gateway = _assemble(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.gateway = gateway
        await gateway.bus.start()
        gateway.watchers.start()
        yield
        await gateway.watchers.stop()
        await gateway.bus.stop()
        await gateway.engine.dispose()

    app = FastAPI(
        title="Paillasse", version="1", openapi_url="/api/openapi.json", docs_url=None, redoc_url=None,
        lifespan=lifespan, separate_input_output_schemas=False,
        license_info={"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
    )  # fmt: skip
    for part in PARTS:
        app.include_router(part.router, prefix=API)
    # web is last: it answers every address that is nobody else's.
    for part in (pages, sign_in, verify, web):
        app.include_router(part.router)
    app.add_exception_handler(PaillasseError, _on_error)
    app.add_exception_handler(RequestValidationError, _on_validation)
    app.add_exception_handler(HTTPException, _on_http)
    for lost in (DBAPIError, PoolTimeoutError, OSError, TimeoutError):
        app.add_exception_handler(lost, _on_lost_machine)
    app.add_exception_handler(Exception, _on_bug)
    # Evidence files are large; their route counts for itself and answers in words.
    app.add_middleware(
        Correlated, body_limit_bytes=settings.body_limit_bytes, public_url=settings.public_url,
        unlimited_paths=frozenset({"/verify"}),
    )  # fmt: skip
    return app


def _assemble(settings: GatewaySettings) -> Gateway:
    database = settings.database
    # Deadlines on connect and statements: a database that hangs must not take the gateway with it.
    url = URL.create(
        "postgresql+asyncpg",
        username=database.user,
        password=database.password.get_secret_value(),
        host=database.host,
        port=database.port,
        database=database.name,
    )
    engine = create_async_engine(
        url, pool_size=10, max_overflow=0, pool_timeout=2,
        connect_args={"timeout": 5, "command_timeout": 5},
    )  # fmt: skip
    sessions, accounts = Sessions(engine), Accounts(engine)
    key = tokens.read_key(settings.identity.actor_key.get_secret_value())
    bus = Bus(settings.bus, key, in_flight_limit=settings.calls_in_flight)
    return Gateway(
        settings=settings,
        engine=engine,
        bus=bus,
        sessions=sessions,
        accounts=accounts,
        passwords=Passwords(accounts),
        codes=OneTimeCodes.with_key(
            Authenticators(engine), accounts, key=settings.authenticator_key.get_secret_value()
        ),
        holders=Holders(sessions, settings.public_url),
        verifier=Verifier.with_anchors(settings.trust_dir),
        watchers=Watchers(bus),
        sync_rates=Rates(settings.syncs_a_second, at_once=2 * settings.syncs_a_second),
    )


def _answer(request: Request, error: PaillasseError) -> Response:
    gateway: Gateway = request.app.state.gateway
    if _wants_page(request):
        return _page_of(request, error)
    status, body, headers = problem_of(
        error,
        public_url=gateway.settings.public_url,
        french=prefers_french(request),
        correlation_id=request.scope["correlation_id"],
    )
    return JSONResponse(body, status_code=status, headers=headers, media_type="application/problem+json")


def _wants_page(request: Request) -> bool:
    """Return whether a person waits at this address, and not a program: then the problem is a page."""
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api/")


def _page_of(request: Request, error: PaillasseError) -> Response:
    code = code_of(error)
    kind = KINDS.get(code, KINDS["internal"])
    return rendering.page(
        "problem.html", request, status=kind.status, code=code, kind=kind,
        correlation_id=request.scope["correlation_id"],
    )  # fmt: skip


def prefers_french(request: Request) -> bool:
    """Return whether the first language the client names is not English: the institute speaks French."""
    return not request.headers.get("accept-language", "en").lower().lstrip().startswith("en")


async def _on_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, PaillasseError):
        raise error
    return _answer(request, error)


async def _on_validation(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    fields = [
        FieldProblem(".".join(str(part) for part in each["loc"][1:]) or "body", each["type"], each["msg"])
        for each in error.errors()[:50]
    ]
    return _answer(request, Invalid(*fields))


async def _on_http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    return _answer(request, GatewayProblem(_BY_STATUS.get(error.status_code, "malformed")))


async def _on_lost_machine(request: Request, error: Exception) -> Response:
    """Answer 503 when our own database is away or restarting: the client comes back, nothing was done."""
    lost = not isinstance(error, DBAPIError) or error.connection_invalidated or _is_refusal(error)
    if not lost:
        raise error
    log.warning("database_away", error=type(error).__name__)
    return _answer(request, Unavailable(reason="database_away", retry_after_seconds="1"))


def _is_refusal(error: DBAPIError) -> bool:
    # SQLSTATE classes 08 (connection), 53 (resources) and 57 (operator intervention: shutting down, starting up).
    return str(getattr(error.orig, "sqlstate", "") or "")[:2] in {"08", "53", "57"}


async def _on_bug(request: Request, _error: Exception) -> Response:
    """Answer 500 as a problem with the correlation id; the error itself goes up to the log."""
    return _answer(request, PaillasseError())
