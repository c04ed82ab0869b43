"""
The bare twin of saving a revision: the same hops and one INSERT, nothing of a laboratory notebook.

``python -m bench.append_twin route HOP``: a FastAPI route that calls over aiormq.
``python -m bench.append_twin consumer HOP``: a plain consumer that inserts the body by psycopg2 and commits.
HOP is ``quorum``, as calls to entries travel, or ``classic``.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI
from psycopg2.extras import Json

from bench.bus_twin import CLASSIC, QUORUM, Hop, TwinClient, consume
from bench.databases import connect

HOPS = {"quorum": QUORUM, "classic": CLASSIC}
TABLE = "CREATE TABLE saved (entry text, number bigint GENERATED ALWAYS AS IDENTITY, body jsonb, PRIMARY KEY (number))"


def build(hop: Hop) -> FastAPI:
    """Return the application."""
    client = TwinClient(hop)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await client.start(os.environ["BENCH_TWIN_URL"])
        yield

    app = FastAPI(lifespan=lifespan)

    @app.post("/entries/{entry}/revisions", status_code=201)
    async def append(entry: str, body: dict[str, Any]) -> dict[str, Any]:
        return await client.call({"entry": entry, "body": body})  # type: ignore[no-any-return]  # plain JSON values

    @app.get("/ready")
    async def ready() -> dict[str, str]:
        return {}

    return app


def insert(hop: Hop) -> None:
    """Serve inserts until SIGTERM."""
    connection = connect(os.environ["BENCH_TWIN_DATABASE"])
    cursor = connection.cursor()

    def work(call: dict[str, Any]) -> dict[str, Any]:
        cursor.execute(
            "INSERT INTO saved (entry, body) VALUES (%s, %s) RETURNING number", (call["entry"], Json(call["body"]))
        )
        (number,) = cursor.fetchone()
        connection.commit()
        return {"entry": call["entry"], "number": number, **call["body"]}

    asyncio.run(consume(os.environ["BENCH_TWIN_URL"], hop, work))


def main(arguments: list[str]) -> int:
    """Run one of the two programs."""
    program, name = arguments
    if program == "consumer":
        insert(HOPS[name])
    else:
        port = int(os.environ["BENCH_PORT"])
        uvicorn.run(build(HOPS[name]), host="127.0.0.1", port=port, loop="uvloop", http="httptools", access_log=False)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
