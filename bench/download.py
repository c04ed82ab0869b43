"""``download``: a file of 256 MiB of a page, fetched through the API from each store, beside its bytes without us."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from bench.demonstration import demonstration
from bench.result import Result
from bench.transfers import (
    DIRECTORY_FLOOR,
    FILE_BYTES,
    MEMORY_CEILING_MIB,
    S3_FLOOR,
    Direct,
    HashedFile,
    get,
    keep,
    on_both_stores,
    put,
    put_parts,
    speeds,
    watched_memory,
)
from onebox.demo.api import Person

# Of no use here: a round is one file.
SECONDS = 0.0
ROUNDS = 5
_NAME = "mesures.bin"
_TWIN = "directory: write + SHA-256 + SHA-512 + fsync of bytes at hand; S3: a presigned GET from the same server"


async def measure(folder: Path, seconds: float) -> Result:  # noqa: ARG001 -- as every bench
    """Measure the directory, and S3 where MinIO is found."""
    result = Result("download", _TWIN)
    content = memoryview(bytearray(os.urandom(FILE_BYTES)))
    await on_both_stores(folder, content, result, _directory, _s3)
    return result


async def _directory(folder: Path, content: memoryview, result: Result) -> None:
    async with demonstration(folder) as (demo, author):
        path = await _page_with(author, content)
        async with watched_memory(demo) as memory:
            rounds = await _in_turn(
                lambda: _download(author, path, folder / "ours"),
                lambda: asyncio.to_thread(keep, content, folder / "twin"),
            )
    result.compare("directory_mib_per_second", rounds, floor=DIRECTORY_FLOOR)
    result.under_ceiling("directory_memory_mib", memory.beyond_idle_mib, ceiling=MEMORY_CEILING_MIB)


async def _s3(folder: Path, content: memoryview, result: Result) -> None:
    async with demonstration(folder, store="s3") as (demo, author):
        path = await _page_with(author, content)
        direct = Direct.to(demo)
        await asyncio.to_thread(put, direct.url("put_object", "bench/twin"), content, {})
        url = direct.url("get_object", "bench/twin")
        async with watched_memory(demo) as memory:
            rounds = await _in_turn(
                lambda: _download(author, path, folder / "ours"),
                lambda: asyncio.to_thread(_fetch, url, folder / "twin"),
            )
    result.compare("s3_mib_per_second", rounds, floor=S3_FLOOR)
    result.under_ceiling("s3_memory_mib", memory.beyond_idle_mib, ceiling=MEMORY_CEILING_MIB)


async def _in_turn(
    ours: Callable[[], Awaitable[None]], twin: Callable[[], Awaitable[None]]
) -> list[tuple[float, float]]:
    """Return the speeds of both, round by round; who begins alternates, and the first round pays for the uploads."""
    rounds = []
    for number in range(ROUNDS + 1):
        spent = {}
        for side in (ours, twin) if number % 2 else (twin, ours):
            began = time.perf_counter()
            await side()
            spent[side] = time.perf_counter() - began
        rounds.append(speeds(spent[ours], spent[twin]))
    return rounds[1:]


async def _page_with(author: Person, content: memoryview) -> str:
    """Put the file on a page; return the path it is fetched from."""
    fields = {"name": _NAME, "media_type": "application/octet-stream", "size_bytes": len(content)}
    plan = await author.post("/uploads", fields)
    await asyncio.to_thread(put_parts, plan, content)
    blob = await author.post(f"/uploads/{plan['id']}/complete", {})
    mine = (await author.get("/notebooks"))["items"]
    text = {"type": "doc", "content": [{"type": "paragraph"}]}
    files = [{"name": _NAME, "upload": blob["upload"]}]
    first = {"title": "Mesures (démonstration)", "document": text, "attachments": files}
    wanted = {"title": "Mesures (démonstration)", "first": first}
    entry = await author.post(f"/notebooks/{mine[0]['id']}/entries", wanted)
    return f"/entries/{entry['id']}/revisions/1/attachments/{_NAME}"


async def _download(author: Person, path: str, to: Path) -> None:
    answer = await author.request("GET", path)
    await asyncio.to_thread(_fetch, answer.headers["location"], to)


def _fetch(url: str, to: Path) -> None:
    """Keep what comes as a reader does who wants to be sure of it."""
    file = HashedFile(to)
    get(url, file.take)
    file.close()
