"""What one search costs all processes of a small installation: gateway, broker, house, PostgreSQL, through HTTP."""

import asyncio
import random
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from statistics import median
from urllib.parse import quote

from bench.databases import execute
from bench.demonstration import Demonstration, demonstration
from bench.laboratory import Institute, queries
from bench.load import Target, http
from bench.result import Result
from bench.rounds import WARM_SECONDS, Side, settled
from chassis.database import open_engine
from chassis.settings import DatabaseSettings
from onebox.demo import institution
from onebox.demo.api import COOKIE, Person
from onebox.servers.ports import LOOPBACK
from services.search.store.postgresql.shelf import PostgresShelf
from services.search.store.postgresql.stems import Stemmer
from services.search.store.unit_of_work import PostgresUnitOfWork
from services.search.use_cases.rebuild import PAGES_A_COMMIT

CPU_CEILING_MS = 10.0
PAGES = 10_000
_CLIENTS = 4
_ROUNDS = 3
_SECONDS = 3.0
_REQUESTS = 500
_FACETS = ("state", "unit", "team", "notebook", "author", "tag", "file_type", "year_month")


async def cpu_of_a_search(folder: Path, result: Result) -> None:
    """Fill a demonstration's index, and search it as the app does: one search in ten by who leads a region."""
    async with demonstration(folder) as (demo, lead):
        other = await demo.sign_in(lead.http, institution.WITNESS)
        for person in (lead, other):
            await person.get("/search", q="gel")
        await asyncio.to_thread(_fill, demo, lead, other)
        await settled(demo.pids)
        everybody = Side(_target(demo, [lead, *[other] * 9]), demo.pids)
        leads = Side(_target(demo, [lead]), demo.pids)
        for side in (everybody, leads):
            await side.run(clients=_CLIENTS, seconds=WARM_SECONDS)
            side.forget()
            for _ in range(_ROUNDS):
                await side.run(clients=_CLIENTS, seconds=_SECONDS)
    result.under_ceiling("cpu_ms_a_search", median(everybody.cpu), ceiling=CPU_CEILING_MS)
    result.figures["cpu_ms_a_search_of_a_regions_lead"] = round(median(leads.cpu), 2)
    result.figures["cpu_pages"] = PAGES
    result.figures["http_p50_ms"] = round(median(ran.percentile(0.5) for ran in everybody.runs), 1)
    result.figures["http_per_second"] = round(median(ran.per_second for ran in everybody.runs), 1)


def _fill(demo: Demonstration, lead: Person, other: Person) -> None:
    """Add invented pages to those of the demonstration; one person may read a region of them, the other a team's."""
    place = {
        "host": LOOPBACK, "port": demo.ports["postgresql"], "name": "search", "user": "search",
        "password": demo.secret("search", "database_password"),
    }  # fmt: skip
    engine = open_engine(DatabaseSettings.model_validate(place), application_name="bench")
    open_unit = partial(PostgresUnitOfWork, engine, partial(PostgresShelf, stemmer=Stemmer()))
    for pages in Institute(PAGES).slices(PAGES_A_COMMIT):
        with open_unit() as unit:
            unit.put(pages)
            unit.commit()
    engine.dispose()
    held = ((lead.id, "lead:region-0"), (other.id, "team:5"), (other.id, "notebook:47"))
    rows = ", ".join(f"('{person}', '{label}', '2020-01-01', NULL)" for person, label in held)
    statement = f"INSERT INTO reader_label VALUES {rows} ON CONFLICT DO NOTHING"  # noqa: S608 -- ids of our own
    execute(demo, "search", statement, "VACUUM ANALYZE document")


def _target(demo: Demonstration, people: Sequence[Person]) -> Target:
    """Search as these people in turn."""
    chance = random.Random(3)
    facets = "".join(f"&facets={name}" for name in _FACETS)
    requests = [
        http(
            "GET", f"/api/v1/search?limit=20&q={quote(queries(chance))}{facets}",
            headers={"Cookie": f"{COOKIE}={people[number % len(people)].cookie}"},
        )
        for number in range(_REQUESTS)
    ]  # fmt: skip
    return Target("127.0.0.1", demo.ports["http"], lambda client, number: requests[(client * 131 + number) % _REQUESTS])
