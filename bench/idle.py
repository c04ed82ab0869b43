"""``idle``: how long a second start takes beside RabbitMQ's own, and what the whole system holds at rest."""

import asyncio
import time
from pathlib import Path
from statistics import median

from bench.broker import node
from bench.children import children
from bench.demonstration import NAME, start
from bench.processes import cpu_seconds, family, pss_bytes
from bench.result import Result
from onebox.servers import rabbitmq
from onebox.supervisor import Supervisor

# Here: the most seconds to wait for rest.
SECONDS = 15.0
ROUNDS = 3
# A second start may take as long as this many starts of RabbitMQ alone, which nothing can shorten.
READY_CEILING = 2.5
MEMORY_CEILING_MIB = 1024.0
# At rest: all processes together use less than this share of a core.
REST_SHARE = 0.15
_TWIN = "the second start of a RabbitMQ node alone; limits of memory"


async def measure(folder: Path, seconds: float) -> Result:
    """Start both once for their first-start work, then in turn; weigh the system after its last start."""
    result = Result("idle", _TWIN)
    bare = node(folder / "bare")
    await _start_node(bare)
    first = await _start_system(folder)
    rounds = []
    for number in range(ROUNDS):
        alone = await _start_node(bare)
        last = number == ROUNDS - 1
        rounds.append((await _start_system(folder, weigh=result if last else None, rest_seconds=seconds), alone))
    result.under_ceiling("ready_x_rabbitmq", median(ours / alone for ours, alone in rounds), ceiling=READY_CEILING)
    result.figures["ready_seconds"] = round(median(ours for ours, _ in rounds), 2)
    result.figures["rabbitmq_alone_seconds"] = round(median(alone for _, alone in rounds), 2)
    result.figures["first_start_seconds"] = round(first, 2)
    return result


async def _start_node(described: rabbitmq.Node) -> float:
    """Return the seconds a node needs to answer; stop it again."""
    began = time.monotonic()
    async with Supervisor(described.programs(), folder=described.folder, sink=lambda _name, _line: None) as supervisor:
        await supervisor.ready()
        return time.monotonic() - began


async def _start_system(folder: Path, *, weigh: Result | None = None, rest_seconds: float = 0.0) -> float:
    """Return the seconds the demonstration needs until it says that it is ready; stop it again."""
    with children(folder) as held:
        running = await start(held, folder / "data")
        if weigh is not None:
            share = await _rest(running.supervisor, seconds=rest_seconds)
            pids = family(running.supervisor)
            weigh.under_ceiling("memory_mib", pss_bytes(pids) / 2**20, ceiling=MEMORY_CEILING_MIB)
            weigh.figures["processes"] = len(pids)
            weigh.figures["rest_cpu_share"] = round(share, 3)
            weigh.figures.update(_weights(folder / "data", pids))
        held.stop(NAME)
        return running.ready_seconds


async def _rest(supervisor: int, *, seconds: float) -> float:
    """Wait until the system uses next to no CPU, or ``seconds``; return the share of a core it uses."""
    deadline = time.monotonic() + seconds
    while True:
        before, began = cpu_seconds(family(supervisor)), time.monotonic()
        await asyncio.sleep(2.0)
        share = (cpu_seconds(family(supervisor)) - before) / (time.monotonic() - began)
        if share < REST_SHARE or time.monotonic() > deadline:
            return share


def _weights(data: Path, pids: set[int]) -> dict[str, float]:
    """Return the memory of each program with its children, in MiB."""
    weights = {}
    for record in sorted((data / "run").glob("*.json")):
        pid = int(record.read_text().split('"pid":')[1].split(",")[0])
        weights[f"mib_{record.stem}"] = round(pss_bytes(family(pid) & pids) / 2**20, 1)
    return weights
