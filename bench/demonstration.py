"""Run a whole demonstration as its users have it, and say which processes it is made of."""

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from bench.children import Children, children
from bench.processes import family
from onebox.demo import institution, seed
from onebox.demo.api import Person, client

NAME = "demonstration"
# The last words of a start.
READY = "Ctrl-C"
START_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Demonstration:
    """A running demonstration: its folder, its ports, its supervisor, and how long its start took."""

    folder: Path
    supervisor: int
    ready_seconds: float

    @property
    def ports(self) -> dict[str, int]:
        """The port of each program."""
        found: dict[str, int] = json.loads((self.folder / "ports.json").read_text())
        return found

    @property
    def base_url(self) -> str:
        """The gateway's address."""
        return f"http://localhost:{self.ports['http']}"

    def pids(self) -> set[int]:
        """Return every process of the system: servers, houses, relay, door, gateway, supervisor, jobs."""
        return family(self.supervisor)

    def secret(self, process: str, name: str) -> str:
        """Read a secret of a process."""
        return (self.folder / "secrets" / process / name).read_text().strip()

    async def sign_in(self, http: httpx.AsyncClient, who: institution.Someone = institution.AUTHOR) -> Person:
        """Sign in as somebody of the demo, its author when nobody is named."""
        known = json.loads((self.folder / seed.STATE).read_text(encoding="utf-8"))
        return await seed.Demo(**known).sign_in(http, who)


async def start(held: Children, folder: Path, *, store: str = "directory", search: str = "postgresql") -> Demonstration:
    """Start it in ``folder`` and wait until it says that it is ready."""
    began = time.monotonic()
    choices = ("--store", store, "--search", search)
    pid = held.start(NAME, module=("onebox", "demo", "--data", str(folder), *choices), env={})
    await held.until_said(NAME, READY, seconds=START_SECONDS)
    return Demonstration(folder, pid, time.monotonic() - began)


@asynccontextmanager
async def demonstration(
    folder: Path, *, store: str = "directory", search: str = "postgresql"
) -> AsyncIterator[tuple[Demonstration, Person]]:
    """Run one until the end of the block; yield it with its author, signed in."""
    with children(folder) as held:
        running = await start(held, folder / "data", store=store, search=search)
        async with client(running.base_url) as http:
            yield running, await running.sign_in(http)
