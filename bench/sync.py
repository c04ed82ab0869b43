"""``sync``: key presses synced through HTTP on 50 drafts at once, beside the same hops that only store the bytes."""

import base64
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import httpx
from pycrdt import Doc, XmlFragment

from bench.broker import Speaker
from bench.bus_twin import READY
from bench.children import READY_SECONDS, children
from bench.databases import dsn, execute
from bench.demonstration import Demonstration, demonstration
from bench.load import Target, http
from bench.pages import make_pages
from bench.processes import family
from bench.result import Result
from bench.rounds import WARM_SECONDS, Side, interleave
from bench.sync_twin import TABLE
from onebox.demo.api import COOKIE, Person
from onebox.probes import http_probe
from onebox.servers.ports import free_ports

SECONDS = 1.5
DOCUMENTS = 50
FLOOR = 0.5
RATE_FLOOR = 500.0
P99_CEILING_MS = 100.0
# More than one document gets in all rounds; fewer than the rows after which a draft is merged.
PRESSES = 450
_TWIN = "FastAPI route -> aiormq -> plain consumer -> one INSERT of the bytes, committed; same broker, same PostgreSQL"


@dataclass(slots=True)
class Writer:
    """One open page whose person types: a request for each key press, made beforehand."""

    path: str
    headers: dict[str, str]
    epoch: int
    cursor: int
    presses: list[tuple[bytes, bytes]]
    pressed: int = 0

    def press(self) -> bytes:
        """Return the request of the next key press, as a browser that saw the answer before sends it."""
        state, update = self.presses[self.pressed]
        self.pressed += 1
        head = struct.pack(">BIII", 1, self.epoch, self.cursor, len(state))
        self.cursor += 1
        body = head + state + struct.pack(">I", len(update)) + update
        return http("POST", self.path, headers=self.headers, body=body)


async def measure(folder: Path, seconds: float) -> Result:
    """Compare at one client a document."""
    result = Result("sync", _TWIN)
    async with demonstration(folder) as (demo, author):
        writers = [await _open(demo, author, page) for page in await make_pages(author, DOCUMENTS)]
        target = Target("127.0.0.1", demo.ports["http"], lambda client, _number: writers[client].press())
        async with _twin(folder, demo, writers[0]) as (other, twin_pids):
            ours = Side(target, demo.pids, settles=True)
            twin = Side(other, lambda: demo.pids() | {pid for root in twin_pids for pid in family(root)})
            for side in (ours, twin):
                await side.run(clients=DOCUMENTS, seconds=WARM_SECONDS)
                side.forget()
            rounds = await interleave(ours, twin, clients=DOCUMENTS, seconds=seconds)
    result.compare("rate", rounds, floor=FLOOR)
    rate, p99 = median(one for one, _ in rounds), median(ran.percentile(0.99) for ran in ours.runs)
    result.ratios["rate_of_500"], result.floors["rate_of_500"] = round(rate / RATE_FLOOR, 3), 1.0
    result.under_ceiling("p99_ms", p99, ceiling=P99_CEILING_MS)
    result.figures["p99_ms_twin"] = round(median(ran.percentile(0.99) for ran in twin.runs), 1)
    for name, side in (("ours", ours), ("twin", twin)):
        result.figures[f"cpu_ms_{name}"] = round(median(side.cpu), 2)
    return result


async def _open(demo: Demonstration, author: Person, page: str) -> Writer:
    """Open a page's draft and type into a copy of it."""
    headers = {"Cookie": f"{COOKIE}={author.cookie}", "Content-Type": "application/octet-stream"}
    path = f"/api/v1/entries/{page}/sync"
    async with httpx.AsyncClient(base_url=demo.base_url, timeout=30) as client:
        answer = (await client.post(path, content=struct.pack(">BIIII", 1, 0, 0, 0, 0), headers=headers)).content
    epoch, cursor, length = struct.unpack_from(">III", answer, 2)
    place = 14 + length
    (count,) = struct.unpack_from(">I", answer, place)
    document: Doc[Any] = Doc()
    place += 4
    for _ in range(count):
        (size,) = struct.unpack_from(">I", answer, place)
        document.apply_update(answer[place + 4 : place + 4 + size])
        place += 4 + size
    return Writer(path, headers, epoch, cursor, _typed(document))


def _typed(document: Doc[Any]) -> list[tuple[bytes, bytes]]:
    """Return state vector and update of each key press at the end of the first paragraph."""
    pressed: list[bytes] = []
    listening = document.observe(lambda event: pressed.append(event.update))
    text = document.get("default", type=XmlFragment).children[0].children[0]
    found = []
    for number in range(PRESSES):
        state = document.get_state()
        text.insert(len(text), "abcdefghij "[number % 11])
        found.append((state, pressed.pop()))
    document.unobserve(listening)
    return found


@asynccontextmanager
async def _twin(folder: Path, demo: Demonstration, writer: Writer) -> AsyncIterator[tuple[Target, list[int]]]:
    """Run the twin on the demonstration's own servers; yield where it is and its process ids."""
    execute(demo, "postgres", "CREATE DATABASE bench")
    execute(demo, "bench", TABLE)
    url = Speaker("search", demo.secret("search", "bus_password"), demo.ports["amqp"]).url
    (port,) = free_ports(1)
    environment = {"BENCH_TWIN_URL": url, "BENCH_TWIN_DATABASE": dsn(demo, "bench"), "BENCH_PORT": str(port)}
    with children(folder) as held:
        pids = [held.start(name, module=("bench.sync_twin", name), env=environment) for name in ("consumer", "route")]
        await held.until_said("consumer", READY, seconds=READY_SECONDS)
        await held.until_ready("route", http_probe(port, "/ready"))
        state, update = writer.presses[0]
        body = base64.b64encode(state + update)
        headers = {"Content-Type": "application/octet-stream"}
        requests = [http("POST", f"/entries/{number}/sync", headers=headers, body=body) for number in range(DOCUMENTS)]
        yield Target("127.0.0.1", port, lambda client, _number: requests[client]), pids
