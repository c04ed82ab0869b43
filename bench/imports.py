"""``import``: an archive of 200 MB, from its stored upload to its pages, beside a bare program that unpacks it."""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

from bench.archives import Shape, write_archive
from bench.children import ROOT
from bench.databases import dsn, execute
from bench.demonstration import Demonstration, demonstration
from bench.import_twin import TABLE
from bench.processes import cpu_seconds
from bench.result import Result
from bench.rounds import settled
from onebox.demo.api import Person

# Here: the most seconds one import may take.
SECONDS = 60.0
ROUNDS = 3
FLOOR = 0.15
_SHAPE = Shape(entries=100, files_each=2, file_bytes=1_000_000)
_TWIN = "unzip, SHA-256 and SHA-512, write and fsync each file, one INSERT an entry"
_MEDIA_TYPE = "application/vnd.eln+zip"


async def measure(folder: Path, seconds: float) -> Result:
    """Import archives of the same shape and different bytes, in turn with the twin."""
    result = Result("import", _TWIN)
    megabytes = _SHAPE.entries * _SHAPE.files_each * _SHAPE.file_bytes / 1e6
    rounds, cpu = [], []
    async with demonstration(folder) as (demo, author):
        execute(demo, "postgres", "CREATE DATABASE bench")
        execute(demo, "bench", TABLE)
        for number in range(ROUNDS):
            archive = folder / f"{number}.eln"
            await asyncio.to_thread(write_archive, archive, _SHAPE, seed=number)
            wanted = await _uploaded(author, archive)
            await settled(demo.pids)
            before = cpu_seconds(demo.pids())
            ours = await _import(author, wanted, seconds=seconds)
            cpu.append(cpu_seconds(demo.pids()) - before)
            await settled(demo.pids)
            twin = await asyncio.to_thread(_twin, demo, archive)
            rounds.append((megabytes / ours, megabytes / twin))
            archive.unlink()
    result.compare("megabytes_per_second", rounds, floor=FLOOR)
    result.figures["cpu_seconds"] = round(sorted(cpu)[ROUNDS // 2], 2)
    return result


async def _uploaded(author: Person, archive: Path) -> dict[str, str]:
    """Store the archive and open a notebook for it; return the body of the import's request."""
    mine = (await author.get("/notebooks"))["items"]
    notebook = await author.post("/notebooks", {"structure": mine[0]["structure"], "title": "Import (démonstration)"})
    blob = await author.upload(archive, media_type=_MEDIA_TYPE)
    return {"upload": blob["upload"], "notebook": notebook["id"]}


async def _import(author: Person, wanted: dict[str, str], *, seconds: float) -> float:
    """Import and return the seconds until all pages are there."""
    began = time.monotonic()
    started = await author.post("/imports", wanted)
    ended = await author.wait_for(
        f"/imports/{started['id']}", lambda at: at["state"] in {"done", "refused"}, deadline_seconds=seconds
    )
    took = time.monotonic() - began
    if ended["state"] != "done" or len(ended["made"]) < _SHAPE.entries:
        raise RuntimeError(f"{ended['state']}, {len(ended['made'])} pages: {ended['report'][:3]}")
    return took


def _twin(demo: Demonstration, archive: Path) -> float:
    """Run the twin in a process of its own; return its seconds, the interpreter's start left out."""
    target = archive.with_suffix(".out")
    target.mkdir()
    environment = {**os.environ, "BENCH_TWIN_DATABASE": dsn(demo, "bench")}
    done = subprocess.run(
        [sys.executable, "-m", "bench.import_twin", str(archive), str(target)],
        cwd=ROOT, env=environment, check=True, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    for path in target.iterdir():
        path.unlink()
    return float(done.stdout)
