"""``index``: pages fed through the house's own store into both engines, beside a raw ``_bulk`` of the same documents.

And from a save through HTTP to its page in an answer, at 50 saves a second, on a whole system with OpenSearch.
"""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import orjson

from bench.engines import REFRESH, TIME_ZONE, Engines, Library, engines
from bench.laboratory import Institute
from bench.processes import cpu_seconds
from bench.result import Result
from bench.searchable import searchable
from services.search.domain.page import IndexedPage
from services.search.store.opensearch.documents import Documents
from services.search.store.opensearch.mapping import index_body
from services.search.use_cases.rebuild import PAGES_A_COMMIT

# Here: how long pages are saved at the pace.
SECONDS = 10.0
FLOOR = 0.5
ROUNDS = 5
# A round of one side; as many a slice as a walk over all entries brings, as many a request as anybody would send.
_PAGES = 500
_SLICE = PAGES_A_COMMIT
_REQUEST = 500
_TWIN_INDEX = "bench-twin"
_TWIN = f"OpenSearch's _bulk, {_REQUEST} ready documents a request, into an index of the same mapping"


async def measure(folder: Path, seconds: float) -> Result:
    """Feed new pages each round, in turn; then see how soon what is saved is found."""
    result = Result("index", _TWIN)
    rooms = [folder / "engines", folder / "system"]
    for room in rooms:
        room.mkdir(mode=0o711)
    async with engines(rooms[0]) as running:
        await asyncio.to_thread(_feeding, running, result)
    await searchable(rooms[1], result, seconds=seconds)
    return result


def _feeding(running: Engines, result: Result) -> None:
    sides = {"opensearch": running.opensearch(), "postgresql": running.postgresql()}
    running.client.indices.create(index=_TWIN_INDEX, body=index_body(refresh_interval=REFRESH, replicas=0))
    rounds: dict[str, list[tuple[float, float]]] = {name: [] for name in sides}
    cpu: dict[str, list[float]] = {name: [] for name in (*sides, "raw")}
    pids = running.pids | {running.ours}
    # The first round warms up: prepared statements, stems, the Java compiler.
    for number in range(ROUNDS + 1):
        pages = list(Institute((number + 1) * _PAGES).slices(_SLICE, begin=number * _PAGES))
        bodies = [*_bodies([page for piece in pages for page in piece])]
        spent = {}
        for name in sorted(cpu, reverse=bool(number % 2)):
            before, began = cpu_seconds(pids), time.perf_counter()
            if name == "raw":
                _send(running, bodies)
            else:
                _feed(sides[name], pages)
            spent[name] = time.perf_counter() - began
            cpu[name].append((cpu_seconds(pids) - before) * 1000 / _PAGES)
        for name, found in rounds.items():
            found.append((_PAGES / spent[name], _PAGES / spent["raw"]))
    for name, found in rounds.items():
        result.compare(f"{name}_pages_per_second", found[1:], floor=FLOOR)
    for name, each in cpu.items():
        result.figures[f"{name}_cpu_ms_a_page"] = round(sorted(each[1:])[ROUNDS // 2], 2)


def _feed(library: Library, slices: list[list[IndexedPage]]) -> None:
    for pages in slices:
        with library.open_unit() as unit:
            unit.put(pages)
            unit.commit()


def _bodies(pages: list[IndexedPage]) -> Iterator[bytes]:
    documents = Documents(TIME_ZONE)
    for first in range(0, len(pages), _REQUEST):
        lines: list[bytes] = []
        for page in pages[first : first + _REQUEST]:
            lines.append(orjson.dumps({"index": {"_index": _TWIN_INDEX, "_id": page.entry}}))
            lines.append(orjson.dumps(documents.document_of(page, {})))
        yield b"\n".join((*lines, b""))


def _send(running: Engines, bodies: list[bytes]) -> None:
    for body in bodies:
        if running.client.bulk(body=body)["errors"]:
            raise RuntimeError("OpenSearch refused a document")
