"""
The bare twin of syncing a draft: the same hops and one INSERT of the bytes; nobody looks what they are.

``python -m bench.sync_twin route``: a FastAPI route that calls over aiormq.
``python -m bench.sync_twin consumer``: a plain consumer that inserts the bytes by psycopg2 and commits.
"""

import asyncio
import base64
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response

from bench.bus_twin import CLASSIC, TwinClient, consume
from bench.databases import connect

TABLE = "CREATE TABLE pressed (entry text, number bigint GENERATED ALWAYS AS IDENTITY, content bytea)"


def build() -> FastAPI:
    """Return the application."""
    client = TwinClient(CLASSIC)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await client.start(os.environ["BENCH_TWIN_URL"])
        yield

    app = FastAPI(lifespan=lifespan)

    @app.post("/entries/{entry}/sync")
    async def sync(entry: str, request: Request) -> Response:
        packed = base64.b64encode(await request.body()).decode()
        answer = await client.call({"entry": entry, "content": packed})
        return Response(base64.b64decode(answer["content"]), media_type="application/octet-stream")

    @app.get("/ready")
    async def ready() -> dict[str, str]:
        return {}

    return app


def insert() -> None:
    """Serve inserts until SIGTERM."""
    connection = connect(os.environ["BENCH_TWIN_DATABASE"])
    cursor = connection.cursor()

    def work(call: dict[str, Any]) -> dict[str, Any]:
        content = base64.b64decode(call["content"])
        cursor.execute("INSERT INTO pressed (entry, content) VALUES (%s, %s)", (call["entry"], content))
        connection.commit()
        return {"entry": call["entry"], "content": ""}

    asyncio.run(consume(os.environ["BENCH_TWIN_URL"], CLASSIC, work))


def main(arguments: list[str]) -> int:
    """Run one of the two programs."""
    if arguments == ["consumer"]:
        insert()
    else:
        port = int(os.environ["BENCH_PORT"])
        uvicorn.run(build(), host="127.0.0.1", port=port, loop="uvloop", http="httptools", access_log=False)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
