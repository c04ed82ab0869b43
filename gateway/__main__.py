"""Run one gateway process: the API on its port, health and metrics on a side port."""

import asyncio
import signal
import socket

import uvicorn
import uvloop
from fastapi import FastAPI

from chassis import logging
from chassis.garbage import spare_what_stays
from gateway.app import build
from gateway.health import side_port
from gateway.settings import GatewaySettings

# Longer than the longest call, shorter than an orchestrator's patience.
DRAIN_SECONDS = 20


class Server(uvicorn.Server):
    """End the streams of open pages first: they would outlast every drain."""

    def __init__(self, config: uvicorn.Config, *, app: FastAPI) -> None:
        super().__init__(config)
        self.app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Drain and close."""
        self.app.state.gateway.watchers.end_streams()
        await super().shutdown(sockets)


async def serve() -> None:
    """Serve until SIGTERM, then let what is in flight end."""
    settings = GatewaySettings.load()
    logging.configure("gateway")
    app = build(settings)
    server = Server(
        uvicorn.Config(
            app, host=settings.http_host, port=settings.http_port, http="httptools", access_log=False,
            log_config=None, timeout_graceful_shutdown=DRAIN_SECONDS, server_header=False, proxy_headers=False,
            ws="none",
        ),
        app=app,
    )  # fmt: skip
    # uvicorn drains on SIGTERM and then raises it again for whoever waits below: nobody does, we end with 0.
    signal.signal(signal.SIGTERM, lambda *_: None)
    spare_what_stays()
    async with side_port(settings.health_port, server=server, app=app):
        await server.serve()


if __name__ == "__main__":
    # uvicorn's own choice of loop is only heard by ``uvicorn.run``, which has no place for a side port.
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve())
