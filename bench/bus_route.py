"""One FastAPI application with a route over our bus and a route over the twin's: the same server for both."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI

from bench.bus_house import Echo, ReplicatedEcho
from bench.bus_twin import CLASSIC, TwinClient
from chassis import logging
from chassis.bus import tokens
from chassis.settings import BusSettings, IdentitySettings
from contracts.identifiers import Actor, PersonId, SessionId
from gateway.bus import Asked, Bus

IN_FLIGHT = 128
TIMEOUT_SECONDS = 5.0
_ACTOR = Actor(issuer="gateway", person=PersonId("0192f3a0-0000-7000-8000-000000000001"), session=SessionId("bench"))


def build() -> FastAPI:
    """Return the application."""
    bus = Bus(BusSettings.load(), tokens.read_key(_identity_key()), in_flight_limit=IN_FLIGHT)
    twin = TwinClient(CLASSIC)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await bus.start()
        await twin.start(os.environ["BENCH_TWIN_URL"])
        yield
        await bus.stop()

    app = FastAPI(lifespan=lifespan)

    @app.get("/ours")
    async def ours(text: str) -> dict[str, str]:
        return await bus.call(Echo(text=text), _asked())  # type: ignore[no-any-return]  # plain JSON values

    @app.get("/quorum")
    async def quorum(text: str) -> dict[str, str]:
        return await bus.call(ReplicatedEcho(text=text), _asked())  # type: ignore[no-any-return]  # plain JSON values

    @app.get("/twin")
    async def bare(text: str) -> dict[str, str]:
        return await twin.call({"text": text})  # type: ignore[no-any-return]  # plain JSON values

    return app


def _identity_key() -> str:
    return IdentitySettings.load().actor_key.get_secret_value()


def _asked() -> Asked:
    return Asked(_ACTOR, TIMEOUT_SECONDS, "bench")


if __name__ == "__main__":
    logging.configure("bench")
    uvicorn.run(
        build(), host="127.0.0.1", port=int(os.environ["BENCH_PORT"]), loop="uvloop", http="httptools",
        access_log=False, log_config=None,
    )  # fmt: skip
