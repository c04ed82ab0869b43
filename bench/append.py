"""``append``: revisions saved through HTTP on a whole system, beside the same hops and one INSERT."""

import json
from collections.abc import AsyncIterator, Callable
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
_TWIN = (
    "FastAPI route -> aiormq -> plain consumer -> one INSERT, committed; same broker, same kind of queue (quorum, "
    "persistent, confirmed), same PostgreSQL; figures `classic`: the same on a classic queue, transient"
)


async def measure(folder: Path, seconds: float) -> Result:
    """Compare at 1, 8 and 32 clients."""
    result = Result("append", _TWIN)
    cpu = []
    async with demonstration(folder) as (demo, author):
        pages = Pages(author, demo.ports["http"], await make_pages(author, max(CLIENTS)))
        execute(demo, "postgres", "CREATE DATABASE bench")
        execute(demo, "bench", TABLE)
        async with _twin(folder, demo, "quorum") as twin_side, _twin(folder, demo, "classic") as classic:
            for clients in CLIENTS:
                ours, twin = Side(pages.saves(), demo.pids, settles=True), twin_side()
                for side in (ours, twin):
                    await side.run(clients=clients, seconds=WARM_SECONDS)
                    side.forget()
                rounds = await interleave(ours, twin, clients=clients, seconds=seconds)
                result.compare(f"rate_{clients}", rounds, floor=FLOOR)
                cpu += ours.cpu
                bare = classic()
                for _ in range(2):
                    await bare.run(clients=clients, seconds=seconds)
                result.figures[f"rate_{clients}_classic"] = round(bare.runs[-1].per_second, 1)
                for name, side in (("ours", ours), ("twin", twin)):
                    result.figures[f"cpu_ms_{clients}_{name}"] = round(median(side.cpu), 2)
                    slow = median(run.percentile(0.99) for run in side.runs)
                    result.figures[f"p99_ms_{clients}_{name}"] = round(slow, 1)
    result.under_ceiling("cpu_ms_a_save", median(cpu), ceiling=CPU_CEILING_MS)
    return result


@asynccontextmanager
async def _twin(folder: Path, demo: Demonstration, hop: str) -> AsyncIterator[Callable[[], Side]]:
    """Run a twin on the demonstration's own servers; yield what makes a side of it."""
    url = Speaker("search", demo.secret("search", "bus_password"), demo.ports["amqp"]).url
    (port,) = free_ports(1)
    environment = {"BENCH_TWIN_URL": url, "BENCH_TWIN_DATABASE": dsn(demo, "bench"), "BENCH_PORT": str(port)}
    with children(folder) as held:
        pids = [
            held.start(f"{name}-{hop}", module=("bench.append_twin", name, hop), env=environment)
            for name in ("consumer", "route")
        ]
        await held.until_said(f"consumer-{hop}", READY, seconds=READY_SECONDS)
        await held.until_ready(f"route-{hop}", http_probe(port, "/ready"))
        body = json.dumps(revision("Page de mesure")).encode()
        request = http("POST", "/entries/one/revisions", headers={"Content-Type": "application/json"}, body=body)
        target = Target("127.0.0.1", port, lambda _client, _number: request)
        yield lambda: Side(target, lambda: demo.pids() | {pid for root in pids for pid in family(root)})
