"""``search``: what somebody finds, with their rights, beside the same raw query of OpenSearch that knows no rights.

Also the engine inside PostgreSQL, at half that size but no more pages than its bound is meant for; and what one search
costs all processes of a small installation. ``--size`` is the number of pages in OpenSearch; the bounds are meant at
200000, which takes ``--keep FOLDER``: filled once, found again by the next run.
"""

import asyncio
import random
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from typing import Any, get_args
from urllib.parse import urlsplit

import orjson

from bench.engines import ALIAS, TIME_ZONE, Engines, Library, engines
from bench.filling import fill_pages, fill_people
from bench.laboratory import Institute, queries
from bench.result import Result
from bench.search_cpu import cpu_of_a_search
from contracts.errors import Unavailable
from contracts.identifiers import PersonId
from services.search.domain.page import IndexedPage, ReaderLabel
from services.search.domain.parser import parse
from services.search.domain.query import FacetName, Query, ReadableBy
from services.search.ports import PageSlice
from services.search.store.opensearch.requests import request_body
from services.search.store.tables import document, fed
from services.search.use_cases.find_entries import FindEntries
from services.search.use_cases.refresh_reader_labels import RefreshReaderLabels

# Here: of one round of one comparison.
SECONDS = 5.0
SIZE = 6_000
ROUNDS = 3
# Times the raw query's.
OPENSEARCH_P99_SHARE = 1.3
POSTGRESQL_P95_CEILING_MS = 150.0
POSTGRESQL_PAGES = 100_000
_WARM_SECONDS = 4.0
# What the app asks of a first slice (web/src/screens/Search/search.ts).
_FACETS = get_args(FacetName)
_SLICE = 20
_TWIN = "the same query of OpenSearch without the rights, sent ready-made; limits for the rest"


async def measure(folder: Path, seconds: float, *, size: int = SIZE) -> Result:
    """Fill what is not there yet, then measure."""
    result = Result("search", _TWIN)
    rooms = [folder / name for name in ("engines", "system")]
    for room in rooms:
        room.mkdir(mode=0o711, exist_ok=True)
    async with engines(rooms[0]) as running:
        await asyncio.to_thread(_engines, running, result, size=size, seconds=seconds)
    await cpu_of_a_search(rooms[1], result)
    return result


def _engines(running: Engines, result: Result, *, size: int, seconds: float) -> None:
    institute, part = Institute(size), Institute(min(size // 2, POSTGRESQL_PAGES))
    opensearch, postgresql = running.opensearch(), running.postgresql()
    fill_people(running, institute)
    fill_pages(running, opensearch, institute, table=fed)
    fill_pages(running, postgresql, part, table=document)
    result.figures |= {"people": institute.people, "opensearch_pages": size, "postgresql_pages": part.pages}
    _beside_raw(running, opensearch, institute, result, seconds=seconds)
    _alone(postgresql, institute, result, seconds=seconds)


def _beside_raw(running: Engines, library: Library, institute: Institute, result: Result, *, seconds: float) -> None:
    find, raw, chance = _finder(library), _Raw(running.url), random.Random(1)
    _both(find, raw, _asked(institute, chance), seconds=_WARM_SECONDS)
    rounds = [_both(find, raw, _asked(institute, chance), seconds=seconds) for _ in range(ROUNDS)]
    raw.close()
    shares = [_percentile(ours, 0.99) / _percentile(bare, 0.99) for ours, bare in rounds]
    result.under_ceiling("opensearch_p99_of_raw", median(shares), ceiling=OPENSEARCH_P99_SHARE)
    for name, side in (("ours", 0), ("raw", 1)):
        for share in (0.5, 0.99):
            figure = median(_percentile(found[side], share) for found in rounds)
            result.figures[f"opensearch_p{share * 100:.0f}_ms_{name}"] = round(figure, 1)
    result.figures["opensearch_searches_a_round"] = median(len(ours) for ours, _ in rounds)


def _alone(library: Library, institute: Institute, result: Result, *, seconds: float) -> None:
    find, chance = _finder(library), random.Random(2)
    rounds = []
    for length in (_WARM_SECONDS, *[seconds] * ROUNDS):
        took, until = list[float](), time.perf_counter() + length
        for person, q in _asked(institute, chance):
            took.append(_timed(find, person, q))
            if time.perf_counter() > until:
                break
        rounds.append(took)
    slow = median(_percentile(took, 0.95) for took in rounds[1:])
    result.under_ceiling("postgresql_p95_ms", slow, ceiling=POSTGRESQL_P95_CEILING_MS)
    result.figures["postgresql_p50_ms"] = round(median(_percentile(took, 0.5) for took in rounds[1:]), 1)


def _asked(institute: Institute, chance: random.Random) -> Iterator[tuple[PersonId, str]]:
    while True:
        yield PersonId(f"person-{institute.reader(chance)}"), queries(chance)


def _query(person: PersonId, q: str) -> Query:
    return Query(access=ReadableBy(person), expression=parse(q), facets=_FACETS, limit=_SLICE)


def _timed(find: FindEntries, person: PersonId, q: str) -> float:
    began = time.perf_counter()
    find(_query(person, q))
    return (time.perf_counter() - began) * 1000


def _both(
    find: FindEntries, raw: "_Raw", asked: Iterator[tuple[PersonId, str]], *, seconds: float
) -> tuple[list[float], list[float]]:
    """Ask both the same, one after the other; who begins alternates, as the second finds its files warm."""
    ours, bare = list[float](), list[float]()
    until = time.perf_counter() + seconds
    for number, (person, q) in enumerate(asked):
        body = orjson.dumps(request_body(_query(person, q), {}, TIME_ZONE))
        if number % 2:
            bare.append(raw.timed(body))
        ours.append(_timed(find, person, q))
        if not number % 2:
            bare.append(raw.timed(body))
        if time.perf_counter() > until:
            break
    return ours, bare


def _percentile(found: list[float], share: float) -> float:
    return sorted(found)[min(len(found) - 1, int(len(found) * share))]


class _Raw:
    """The least a client of OpenSearch can be."""

    def __init__(self, url: str) -> None:
        self._line = HTTPConnection(urlsplit(url).netloc, timeout=60)

    def timed(self, body: bytes) -> float:
        """Ask and read the answer; return the milliseconds it took."""
        began = time.perf_counter()
        self._line.request("POST", f"/{ALIAS}/_search", body=body, headers={"Content-Type": "application/json"})
        answer = self._line.getresponse()
        found: dict[str, Any] = orjson.loads(answer.read())
        if answer.status != 200:
            raise RuntimeError(f"OpenSearch answered {answer.status}: {found}")
        return (time.perf_counter() - began) * 1000

    def close(self) -> None:
        """Let go of the connection."""
        self._line.close()


class _NobodyAnswers:
    """Stand where the house of entries is asked: everybody's labels are there, so that it never is."""

    def indexable(self, entries: Any) -> tuple[IndexedPage, ...]:
        raise Unavailable(count=str(len(entries)))

    def list_indexable(self, cursor: str | None) -> PageSlice:
        raise Unavailable(cursor=cursor or "")

    def labels_of(self, person: PersonId) -> tuple[ReaderLabel, ...]:
        raise Unavailable(person=person)


def _finder(library: Library) -> FindEntries:
    """Return the house's use case, as the bus calls it."""
    refresh = RefreshReaderLabels(library.open_unit, _NobodyAnswers())
    return FindEntries(library.open_unit, library.index, refresh_reader_labels=refresh)
