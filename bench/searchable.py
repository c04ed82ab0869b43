"""From a commit in entries until OpenSearch shows the change, at 50 a second, on a whole system."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from opensearchpy import OpenSearch
from sqlalchemy import create_engine

from bench.databases import connect, dsn
from bench.demonstration import Demonstration, demonstration
from bench.outbox import change
from bench.pages import make_pages
from bench.result import Result
from bench.rounds import settled

PER_SECOND = 50
P99_CEILING_MS = 1000.0
_PAGES = 100
_WARM_SECONDS = 3.0
_EFFECT_SECONDS = 20.0
# The alias of an installation (services/search/settings.py).
_ALIAS = "paillasse-pages"
_LOOK_SECONDS = 0.02


@dataclass(slots=True)
class _Watch:
    """When which change of a page was committed, and when it was seen; on one clock."""

    client: OpenSearch
    pages: Sequence[str]
    committed: dict[tuple[str, int], float] = field(default_factory=dict)
    seen: dict[tuple[str, int], float] = field(default_factory=dict)
    shown: dict[str, int] = field(default_factory=dict)

    def look(self) -> None:
        """Ask as a reader does, and note what is new; a change that was overtaken is seen with its successor."""
        body: dict[str, Any] = {
            "size": len(self.pages), "query": {"terms": {"entry": list(self.pages)}}, "_source": False,
            "docvalue_fields": ["change_number"],
        }  # fmt: skip
        hits = self.client.search(index=_ALIAS, body=body)["hits"]["hits"]
        now = time.monotonic()
        for hit in hits:
            page, number = hit["_id"], int(hit["fields"]["change_number"][0])
            for passed in range(self.shown.get(page, number - 1) + 1, number + 1):
                self.seen[page, passed] = now
            self.shown[page] = number

    @property
    def delays(self) -> list[float]:
        """Milliseconds of what was seen, in order."""
        pairs = ((self.seen[what], at) for what, at in self.committed.items() if what in self.seen)
        return sorted((seen - at) * 1000 for seen, at in pairs)


async def searchable(folder: Path, result: Result, *, seconds: float) -> None:
    """Commit at a steady pace for ``seconds``; compare the slowest hundredth with the ceiling."""
    async with demonstration(folder, search="opensearch") as (demo, author):
        pages = await make_pages(author, _PAGES)
        await settled(demo.pids)
        client = OpenSearch([f"http://127.0.0.1:{demo.ports['opensearch']}"], timeout=10)
        await _run(demo, client, pages, _WARM_SECONDS)
        watch = await _run(demo, client, pages, seconds)
        client.close()
    delays = watch.delays
    result.under_ceiling("searchable_p99_ms", delays[int(len(delays) * 0.99)], ceiling=P99_CEILING_MS)
    result.figures["searchable_p50_ms"] = round(delays[len(delays) // 2], 1)
    result.figures["searchable_commits"] = len(delays)


async def _run(demo: Demonstration, client: OpenSearch, pages: Sequence[str], seconds: float) -> _Watch:
    watch = _Watch(client, pages)
    await asyncio.to_thread(watch.look)
    committing = asyncio.create_task(asyncio.to_thread(_commit_steadily, demo, watch, seconds))
    deadline = time.monotonic() + seconds + _EFFECT_SECONDS
    while not committing.done() or len(watch.delays) < len(watch.committed):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{len(watch.committed) - len(watch.delays)} changes were never seen")
        await asyncio.to_thread(watch.look)
        await asyncio.sleep(_LOOK_SECONDS)
    await committing
    return watch


def _commit_steadily(demo: Demonstration, watch: _Watch, seconds: float) -> None:
    engine = create_engine("postgresql+psycopg2://", creator=lambda: connect(dsn(demo, "entries")))
    with engine.connect() as connection:
        began = time.monotonic()
        for number in range(int(seconds * PER_SECOND)):
            time.sleep(max(0.0, began + number / PER_SECOND - time.monotonic()))
            page = watch.pages[number % len(watch.pages)]
            changed = change(connection, page)
            at = time.monotonic()
            connection.commit()
            watch.committed[page, changed] = at
    engine.dispose()
