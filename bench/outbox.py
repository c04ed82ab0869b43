"""``outbox``: from a commit in entries to its effect committed in search, at 100 a second, on the databases' clock.

The bench itself commits in entries, at an exact pace: the change of a page and its fact, as the house writes them. All
that follows is the product's: relay, broker, search pulling the page from entries, its document in the index.
"""

import asyncio
import datetime as dt
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, text

from bench.databases import connect, dsn, execute
from bench.demonstration import Demonstration, demonstration
from bench.pages import make_pages
from bench.processes import cpu_seconds
from bench.result import Result
from bench.rounds import settled
from chassis.outbox.table import append
from contracts.entries.events import RevisionAppended
from contracts.identifiers import EntryId, NotebookId, RevisionNumber, Sha256

SECONDS = 15.0
PER_SECOND = 100
P99_CEILING_MS = 50.0
_PAGES = 100
_WARM_SECONDS = 2.0
_EFFECT_SECONDS = 20.0

# Both clocks are PostgreSQL's, of one server, read just before a commit is flushed.
_COMMITS = "CREATE TABLE bench_commit (entry text, change_number bigint, at timestamptz)"
_EFFECTS = (
    "CREATE TABLE bench_effect (entry text, change_number bigint, at timestamptz)",
    """CREATE FUNCTION bench_effect() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
    INSERT INTO bench_effect VALUES (NEW.entry, NEW.change_number, clock_timestamp()); RETURN NULL; END $$""",
    """CREATE CONSTRAINT TRIGGER bench_effect AFTER INSERT OR UPDATE ON document DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION bench_effect()""",
)
_CHANGE = text("UPDATE entry SET change_number = change_number + 1 WHERE id = :entry RETURNING change_number, notebook")
_NOTE = text("INSERT INTO bench_commit VALUES (:entry, :change_number, clock_timestamp())")


async def measure(folder: Path, seconds: float) -> Result:
    """Commit at a steady pace for ``seconds``; compare the slowest hundredth with the ceiling."""
    result = Result("outbox", f"a limit at {PER_SECOND} events a second, no twin")
    async with demonstration(folder) as (demo, author):
        pages = await make_pages(author, _PAGES)
        execute(demo, "entries", _COMMITS)
        execute(demo, "search", *_EFFECTS)
        await settled(demo.pids)
        await asyncio.to_thread(_commit_steadily, demo, pages, _WARM_SECONDS)
        await settled(demo.pids)
        execute(demo, "entries", "TRUNCATE bench_commit")
        before = cpu_seconds(demo.pids())
        late = await asyncio.to_thread(_commit_steadily, demo, pages, seconds)
        await settled(demo.pids)
        spent = cpu_seconds(demo.pids()) - before
        delays = await _delays(demo)
    events = len(delays)
    result.under_ceiling("p99_ms", delays[int(events * 0.99)], ceiling=P99_CEILING_MS)
    result.figures["p50_ms"] = round(delays[events // 2], 2)
    result.figures["most_ms"] = round(delays[-1], 2)
    result.figures["events"] = events
    result.figures["per_second"] = round(events / seconds, 1)
    result.figures["pacer_late_ms"] = round(late * 1000, 1)
    result.figures["cpu_ms_an_event"] = round(spent * 1000 / events, 2)
    return result


def _commit_steadily(demo: Demonstration, pages: list[str], seconds: float) -> float:
    """Commit at the pace, page after page; return by how much the pace was missed at worst."""
    engine = create_engine("postgresql+psycopg2://", creator=lambda: connect(dsn(demo, "entries")))
    late = 0.0
    with engine.connect() as connection:
        began = time.monotonic()
        for number in range(int(seconds * PER_SECOND)):
            due = began + number / PER_SECOND
            time.sleep(max(0.0, due - time.monotonic()))
            late = max(late, time.monotonic() - due)
            page = pages[number % len(pages)]
            connection.execute(_NOTE, {"entry": page, "change_number": change(connection, page)})
            connection.commit()
    engine.dispose()
    return late


def change(connection: Connection, page: str) -> int:
    """Change a page and announce it, as the house of entries does; return the change's number. The caller commits."""
    changed = connection.execute(_CHANGE, {"entry": page}).one()
    event = RevisionAppended(
        entry=EntryId(page), notebook=NotebookId(changed.notebook), revision=RevisionNumber(1),
        digest=Sha256("0" * 64), change_number=changed.change_number,
    )  # fmt: skip
    now = dt.datetime.now(dt.UTC)
    append(connection, events=[event], occurred_at=now, actor_id=None, correlation_id="bench")
    return int(changed.change_number)


async def _delays(demo: Demonstration) -> list[float]:
    """Return the milliseconds from each commit to the first effect that shows it, in order; all must have come."""
    commits = execute(demo, "entries", "SELECT entry, change_number, at FROM bench_commit ORDER BY at")
    deadline = time.monotonic() + _EFFECT_SECONDS
    while True:
        effects: dict[str, list[tuple[int, Any]]] = {}
        for entry, number, at in execute(
            demo, "search", "SELECT entry, change_number, at FROM bench_effect ORDER BY at"
        ):
            effects.setdefault(entry, []).append((number, at))
        found = [
            next((at - committed for shown, at in effects.get(entry, ()) if shown >= number), None)
            for entry, number, committed in commits
        ]
        if None not in found:
            return sorted(each.total_seconds() * 1000 for each in found if each is not None)
        if time.monotonic() > deadline:
            raise TimeoutError(f"{found.count(None)} of {len(found)} effects never came")
        await asyncio.sleep(0.2)
