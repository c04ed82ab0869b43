"""``read``: CPU of one page read through HTTP, over all processes of a whole system."""

from pathlib import Path
from statistics import median

from bench.demonstration import demonstration
from bench.pages import Pages, make_pages
from bench.result import Result
from bench.rounds import ROUNDS, WARM_SECONDS, Side

SECONDS = 3.0
CLIENTS = (1, 8, 32)
CPU_CEILING_MS = 3.0
_PAGES = 32


async def measure(folder: Path, seconds: float) -> Result:
    """Read pages with 1, 8 and 32 clients; the ceiling is for the median of all rounds."""
    result = Result("read", "a limit of CPU, no twin")
    cpu = []
    async with demonstration(folder) as (demo, author):
        pages = Pages(author, demo.ports["http"], await make_pages(author, _PAGES))
        await Side(pages.reads(), demo.pids, settles=True).run(clients=8, seconds=WARM_SECONDS)
        for clients in CLIENTS:
            side = Side(pages.reads(), demo.pids)
            for _ in range(ROUNDS):
                await side.run(clients=clients, seconds=seconds / 2)
            cpu += side.cpu
            result.figures[f"cpu_ms_{clients}"] = round(median(side.cpu), 2)
            result.figures[f"rate_{clients}"] = round(median(ran.per_second for ran in side.runs), 1)
            result.figures[f"p99_ms_{clients}"] = round(median(ran.percentile(0.99) for ran in side.runs), 1)
    result.under_ceiling("cpu_ms_a_read", median(cpu), ceiling=CPU_CEILING_MS)
    return result
