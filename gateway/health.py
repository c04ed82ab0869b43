"""Answer /livez, /readyz and /metrics on a side port, never on the public one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

READ_SECONDS = 2.0


@asynccontextmanager
async def side_port(port: int, *, server: uvicorn.Server, app: FastAPI) -> AsyncIterator[None]:
    """Serve health while the block runs; ready = started, bus up, not draining."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(READ_SECONDS):
                request = await reader.readuntil(b"\r\n\r\n")
            path = request.split(b" ", 2)[1].decode("ascii", "replace")
            writer.write(_respond(path, ready=_ready(server, app)))
            await writer.drain()
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            pass
        finally:
            writer.close()

    listener = await asyncio.start_server(answer, "127.0.0.1", port)
    async with listener:
        yield


def _ready(server: uvicorn.Server, app: FastAPI) -> bool:
    gateway = getattr(app.state, "gateway", None)
    return bool(server.started and not server.should_exit and gateway is not None and gateway.bus.ready)


def _respond(path: str, *, ready: bool) -> bytes:
    if path == "/metrics":
        return _http(200, generate_latest(), CONTENT_TYPE_LATEST)
    if path == "/livez":
        return _http(200, b"alive\n", "text/plain")
    if path == "/readyz":
        return _http(200, b"ready\n", "text/plain") if ready else _http(503, b"not ready\n", "text/plain")
    return _http(404, b"not found\n", "text/plain")


def _http(status: int, body: bytes, media_type: str) -> bytes:
    head = (
        f"HTTP/1.1 {status} .\r\nContent-Type: {media_type}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body
