"""``append``: revisions saved through HTTP on a whole system, beside the same hops and one INSERT."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median

from bench.append_twin import TABLE
from bench.broker import Speaker
from bench.bus_twin import READY
from bench.children import READY_SECONDS, children
from bench.databases import dsn, execute
from bench.demonstration import Demonstration, demonstration
from bench.load import Target, http
from bench.pages import Pages, make_pages, revision
from bench.processes import family
from bench.result import Result
from bench.rounds import WARM_SECONDS, Side, interleave
from onebox.probes import http_probe
from onebox.servers.ports import free_ports

SECONDS = 1.5
FLOOR = 0.5
CLIENTS = (1, 8, 32)
# All processes together, until the last effect of a save in the other houses.
CPU_CEILING_MS = 6.0
_TWIN = "FastAPI route -> aiormq -> plain consumer -> one INSERT, committed; same broker, same PostgreSQL"


async def measure(folder: Path, seconds: float) -> Result:
    """Compare at 1, 8 and 32 clients."""
    result = Result("append", _TWIN)
    cpu = []
    async with demonstration(folder) as (demo, author):
        pages = Pages(author, demo.ports["http"], await make_pages(author, max(CLIENTS)))
        async with _twin(folder, demo) as (target, twin_pids):
            for clients in CLIENTS:
                ours = Side(pages.saves(), demo.pids, settles=True)
                twin = Side(target, lambda: demo.pids() | {pid for root in twin_pids for pid in family(root)})
                await ours.run(clients=clients, seconds=WARM_SECONDS)
                await twin.run(clients=clients, seconds=WARM_SECONDS)
                ours.forget()
                twin.forget()
                rounds = await interleave(ours, twin, clients=clients, seconds=seconds)
                result.compare(f"rate_{clients}", rounds, floor=FLOOR)
                cpu += ours.cpu
                result.figures[f"cpu_ms_{clients}_ours"] = round(median(ours.cpu), 2)
                result.figures[f"cpu_ms_{clients}_twin"] = round(median(twin.cpu), 2)
                result.figures[f"p99_ms_{clients}_ours"] = round(median(r.percentile(0.99) for r in ours.runs), 1)
                result.figures[f"p99_ms_{clients}_twin"] = round(median(r.percentile(0.99) for r in twin.runs), 1)
    result.under_ceiling("cpu_ms_a_save", median(cpu), ceiling=CPU_CEILING_MS)
    return result


@asynccontextmanager
async def _twin(folder: Path, demo: Demonstration) -> AsyncIterator[tuple[Target, list[int]]]:
    """Run the twin on the demonstration's own servers; yield where it is and its process ids."""
    execute(demo, "postgres", "CREATE DATABASE bench")
    execute(demo, "bench", TABLE)
    url = Speaker("search", demo.secret("search", "bus_password"), demo.ports["amqp"]).url
    (port,) = free_ports(1)
    environment = {"BENCH_TWIN_URL": url, "BENCH_TWIN_DATABASE": dsn(demo, "bench"), "BENCH_PORT": str(port)}
    with children(folder) as held:
        pids = [held.start(name, module=("bench.append_twin", name), env=environment) for name in ("consumer", "route")]
        await held.until_said("consumer", READY, seconds=READY_SECONDS)
        await held.until_ready("route", http_probe(port, "/ready"))
        body = json.dumps(revision("Page de mesure")).encode()
        request = http("POST", "/entries/one/revisions", headers={"Content-Type": "application/json"}, body=body)
        yield Target("127.0.0.1", port, lambda _client, _number: request), pids
