"""Send and fetch bytes with as little client as possible, for ours and for its twin alike."""

import asyncio
import hashlib
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from bench.demonstration import Demonstration
from bench.processes import pss_bytes
from bench.result import Result
from onebox.servers.minio import BUCKET, MinioMissing, find_program

MIB = 1024 * 1024
FILE_BYTES = 256 * MIB
# Ours by its twin: written beside our own hashing and syncing, or straight to and from S3.
DIRECTORY_FLOOR = 0.8
S3_FLOOR = 0.9
MEMORY_CEILING_MIB = 64
_PIECE_BYTES = MIB
# Connections of one client at once: a browser opens six to one place.
_LINES = 4
_WATCH_SECONDS = 0.1
_TIMEOUT_SECONDS = 60


Measured = Callable[[Path, memoryview, Result], Awaitable[None]]


async def on_both_stores(folder: Path, content: memoryview, result: Result, directory: Measured, s3: Measured) -> None:
    """Measure the directory, and S3 where MinIO is found."""
    rooms = [folder / "directory", folder / "s3"]
    for room in rooms:
        await asyncio.to_thread(room.mkdir, mode=0o711)
    await directory(rooms[0], content, result)
    try:
        find_program()
    except MinioMissing as missing:
        print(f"S3 was not measured: {missing}")
        return
    await s3(rooms[1], content, result)


def speeds(ours: float, twin: float) -> tuple[float, float]:
    """Return mebibytes a second of both sides from their seconds for the whole file."""
    return FILE_BYTES / MIB / ours, FILE_BYTES / MIB / twin


def put(url: str, content: memoryview, headers: Mapping[str, str]) -> None:
    """PUT bytes; anything but success is an error."""
    place = urlsplit(url)
    line = HTTPConnection(place.netloc, timeout=_TIMEOUT_SECONDS)
    try:
        length = {"Content-Length": str(len(content))}
        line.request("PUT", f"{place.path}?{place.query}", body=_pieces(content), headers={**headers, **length})
        answer = line.getresponse()
        said = answer.read()
        if answer.status not in {200, 204}:
            raise RuntimeError(f"PUT answered {answer.status}: {said[:300]!r}")
    finally:
        line.close()


def _pieces(content: memoryview) -> Any:
    return (content[at : at + _PIECE_BYTES] for at in range(0, len(content), _PIECE_BYTES))


def put_parts(plan: Mapping[str, Any], content: memoryview) -> None:
    """PUT every part of a plan, some at once."""

    def send(part: Mapping[str, Any]) -> None:
        put(part["url"], content[part["offset"] : part["offset"] + part["size_bytes"]], part["headers"])

    with ThreadPoolExecutor(_LINES) as threads:
        for _ in threads.map(send, plan["parts"]):
            pass


def get(url: str, take: Callable[[memoryview], object]) -> None:
    """GET bytes and hand over each piece."""
    place = urlsplit(url)
    line = HTTPConnection(place.netloc, timeout=_TIMEOUT_SECONDS)
    buffer = memoryview(bytearray(_PIECE_BYTES))
    try:
        line.request("GET", f"{place.path}?{place.query}")
        answer = line.getresponse()
        if answer.status != 200:
            raise RuntimeError(f"GET answered {answer.status}: {answer.read()[:300]!r}")
        while got := answer.readinto(buffer):
            take(buffer[:got])
    finally:
        line.close()


class HashedFile:
    """Write a file while hashing it both ways, and sync it: the least that keeping bytes as evidence takes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("wb", buffering=0)
        self._digests = (hashlib.sha256(), hashlib.sha512())

    def take(self, piece: memoryview) -> None:
        """Add the next bytes."""
        for digest in self._digests:
            digest.update(piece)
        self._file.write(piece)

    def close(self) -> None:
        """Return when it is on the disk, and remove it again."""
        os.fsync(self._file.fileno())
        self._file.close()
        self._path.unlink()


def keep(content: memoryview, path: Path) -> None:
    """Write, hash and sync."""
    file = HashedFile(path)
    for piece in _pieces(content):
        file.take(piece)
    file.close()


@dataclass(frozen=True, slots=True)
class Direct:
    """The same S3 server without us."""

    client: Any

    @classmethod
    def to(cls, demo: Demonstration) -> "Direct":
        """Reach the demonstration's own MinIO with its own account."""
        account = {
            "aws_access_key_id": "paillasse", "aws_secret_access_key": demo.secret("storage", "s3_secret_key"),
        }  # fmt: skip
        url = f"http://127.0.0.1:{demo.ports['s3']}"
        config = Config(signature_version="s3v4", s3={"addressing_style": "path"})
        return cls(boto3.client("s3", endpoint_url=url, region_name="us-east-1", config=config, **account))

    def url(self, operation: str, key: str) -> str:
        """Sign."""
        return str(self.client.generate_presigned_url(operation, Params={"Bucket": BUCKET, "Key": key}))


@dataclass(slots=True)
class Memory:
    """What the two processes of storage hold beyond what they held when nothing passed."""

    idle_bytes: int
    most_bytes: int = field(default=0)

    @property
    def beyond_idle_mib(self) -> float:
        """The most of it, in mebibytes."""
        return max(0, self.most_bytes - self.idle_bytes) / MIB


@asynccontextmanager
async def watched_memory(demo: Demonstration) -> AsyncIterator[Memory]:
    """Look at storage and its door again and again until the block ends."""
    records = [demo.folder / "run" / f"{name}.json" for name in ("storage", "door")]
    pids = {int(json.loads(record.read_text())["pid"]) for record in records}
    memory = Memory(pss_bytes(pids))

    async def watch() -> None:
        while True:
            memory.most_bytes = max(memory.most_bytes, await asyncio.to_thread(pss_bytes, pids))
            await asyncio.sleep(_WATCH_SECONDS)

    watching = asyncio.create_task(watch())
    try:
        yield memory
    finally:
        watching.cancel()
