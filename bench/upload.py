"""``upload``: a file of 256 MiB through the API into each store, beside what its bytes cost without us."""

import asyncio
import hashlib
import os
import time
from pathlib import Path

from bench.demonstration import Demonstration, demonstration
from bench.result import Result
from bench.transfers import (
    DIRECTORY_FLOOR,
    FILE_BYTES,
    MEMORY_CEILING_MIB,
    S3_FLOOR,
    Direct,
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
ROUNDS = 3
_TWIN = "directory: write + SHA-256 + SHA-512 + fsync; S3: one presigned PUT to the same server, and reading it back"


async def measure(folder: Path, seconds: float) -> Result:  # noqa: ARG001 -- as every bench
    """Measure the directory, and S3 where MinIO is found."""
    result = Result("upload", _TWIN)
    content = memoryview(bytearray(os.urandom(FILE_BYTES)))
    await on_both_stores(folder, content, result, _directory, _s3)
    return result


async def _directory(folder: Path, content: memoryview, result: Result) -> None:
    rounds = []
    async with demonstration(folder) as (demo, author), watched_memory(demo) as memory:
        for number in range(ROUNDS):
            content[:8] = number.to_bytes(8, "big")
            _, ours = await _upload(author, content)
            began = time.perf_counter()
            await asyncio.to_thread(keep, content, folder / "twin")
            rounds.append(speeds(ours, time.perf_counter() - began))
    result.compare("directory_mib_per_second", rounds, floor=DIRECTORY_FLOOR)
    result.under_ceiling("directory_memory_mib", memory.beyond_idle_mib, ceiling=MEMORY_CEILING_MIB)


async def _s3(folder: Path, content: memoryview, result: Result) -> None:
    sent, confirmed = [], []
    async with demonstration(folder, store="s3") as (demo, author), watched_memory(demo) as memory:
        for number in range(ROUNDS):
            content[:8] = number.to_bytes(8, "big")
            transfer, whole = await _upload(author, content)
            put_seconds, read_seconds = await asyncio.to_thread(_twin, demo, content, f"bench/{number}")
            sent.append(speeds(transfer, put_seconds))
            confirmed.append(speeds(whole, put_seconds + read_seconds))
    result.compare("s3_sent_mib_per_second", sent, floor=S3_FLOOR)
    # Whoever confirms a digest must read what S3 has: the twin does, too.
    result.compare("s3_confirmed_mib_per_second", confirmed, floor=DIRECTORY_FLOOR)
    result.under_ceiling("s3_memory_mib", memory.beyond_idle_mib, ceiling=MEMORY_CEILING_MIB)


async def _upload(author: Person, content: memoryview) -> tuple[float, float]:
    """Upload as a browser does; return the seconds until all parts were there, and until the file was confirmed."""
    began = time.perf_counter()
    fields = {"name": "mesures.bin", "media_type": "application/octet-stream", "size_bytes": len(content)}
    plan = await author.post("/uploads", fields)
    await asyncio.to_thread(put_parts, plan, content)
    sent = time.perf_counter() - began
    await author.post(f"/uploads/{plan['id']}/complete", {})
    return sent, time.perf_counter() - began


def _twin(demo: Demonstration, content: memoryview, key: str) -> tuple[float, float]:
    """Return the seconds of a bare PUT, and of a bare GET with both digests."""
    direct = Direct.to(demo)
    began = time.perf_counter()
    put(direct.url("put_object", key), content, {})
    put_seconds = time.perf_counter() - began
    digests = (hashlib.sha256(), hashlib.sha512())

    def take(piece: memoryview) -> None:
        for digest in digests:
            digest.update(piece)

    get(direct.url("get_object", key), take)
    return put_seconds, time.perf_counter() - began - put_seconds
