"""Build the door's two HTTP applications: the one clients reach, and the side port."""

import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, generate_latest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from contracts.errors import IntegrityBroken, NotFound, PaillasseError, Unavailable
from services.storage.domain.claims import BlobClaim, PartClaim, PreviewClaim, read
from services.storage.settings import DoorSettings
from services.storage.transfer.arrivals import Arrivals
from services.storage.transfer.departures import Departures, show_preview
from services.storage.transfer.problems import problem
from services.storage.wiring import Door

_log = structlog.get_logger()


class Meters:
    """Count what passes the door."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "paillasse_door_requests_total",
            "Requests by method and outcome",
            ["method", "status"],
            registry=self.registry,
        )
        self.received_bytes = Counter(
            "paillasse_door_received_bytes_total", "Bytes of parts made durable", registry=self.registry
        )


def door_app(door: Door, settings: DoorSettings, meters: Meters, threads: Executor) -> Starlette:
    """Return the application for clients: ``PUT /parts/{token}``, ``GET /{blobs,previews}/{token}``, nothing else."""
    key = settings.store_room.key
    departures = Departures(door.open_blob, threads)

    async def put_part(request: Request) -> Response:
        claim = read(request.path_params["token"], PartClaim, key=key, now=time.time())
        if door.receive_part is None:
            raise NotFound(kind="upload", id=claim.upload)
        arrivals = Arrivals(door.receive_part, threads, idle_seconds=settings.idle_seconds)
        answer = await arrivals.put(request, claim)
        meters.received_bytes.inc(claim.size_bytes)
        return answer

    async def get_blob(request: Request) -> Response:
        claim = read(request.path_params["token"], BlobClaim, key=key, now=time.time())
        return await departures.get(request, claim)

    async def get_preview(request: Request) -> Response:
        claim = read(request.path_params["token"], PreviewClaim, key=key, now=time.time())
        return show_preview(await run_in_threadpool(door.open_preview, claim.sha256, claim.preview))

    cors = Middleware(
        CORSMiddleware,
        allow_origins=[settings.public_url.rstrip("/")],
        allow_methods=["PUT", "GET", "HEAD"],
        allow_headers=["Content-Type", "Range", "If-Range", "If-None-Match"],
        expose_headers=["ETag", "Content-Range", "Content-Disposition", "Retry-After"],
    )
    routes = [
        Route("/parts/{token}", _answered(put_part, meters), methods=["PUT"]),
        Route("/blobs/{token}", _answered(get_blob, meters), methods=["GET"]),
        Route("/previews/{token}", _answered(get_preview, meters), methods=["GET"]),
    ]
    return Starlette(routes=routes, middleware=[cors])


def side_app(door: Door, meters: Meters) -> Starlette:
    """Return the application for operators: ``/livez``, ``/readyz``, ``/metrics``."""

    async def livez(_: Request) -> Response:
        return PlainTextResponse("alive\n")

    async def readyz(_: Request) -> Response:
        missing = await run_in_threadpool(_missing, door)
        return PlainTextResponse(f"{missing or 'ready'}\n", status_code=503 if missing else 200)

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(meters.registry), media_type=CONTENT_TYPE_LATEST)

    return Starlette(routes=[Route("/livez", livez), Route("/readyz", readyz), Route("/metrics", metrics)])


def _answered(
    handler: Callable[[Request], Awaitable[Response]], meters: Meters
) -> Callable[[Request], Awaitable[Response]]:
    """Turn typed errors into problems, count, and say loudly when bytes are damaged."""

    async def answer(request: Request) -> Response:
        try:
            response = await handler(request)
        except IntegrityBroken as error:
            _log.critical("blob_damaged", **error.detail)
            response = problem(error)
        except PaillasseError as error:
            response = problem(error)
        except (DBAPIError, PoolTimeout) as error:
            _log.warning("database_unavailable", error=type(error).__name__)
            response = problem(Unavailable(reason="database"))
        meters.requests.labels(request.method, str(response.status_code)).inc()
        return response

    return answer


def _missing(door: Door) -> str:
    """Name what the door cannot work without, and lacks."""
    return _database_missing(door.engine) or _store_missing(door)


def _database_missing(engine: Engine) -> str:
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except (DBAPIError, PoolTimeout):
        return "database"
    return ""


def _store_missing(door: Door) -> str:
    return "" if door.store.answers() else "store"
