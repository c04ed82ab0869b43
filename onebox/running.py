"""Run one installation until told to stop: what ``demo`` and ``up`` have in common."""

import asyncio
import signal
import sys
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from onebox.demo.site import Site
from onebox.installation import Character, Installation, WrongFolder, known, replace_taken_ports, settle
from onebox.log_view import LogView
from onebox.supervisor import AlreadyRunning, Supervisor, holder
from onebox.system import System

# Lists live thirty days and are renewed at half of it: an hour is early enough, and cheap.
RENEWAL_SECONDS = 3600.0


class AskedToStop(Exception):
    """Somebody asked to stop before everything was ready."""


@dataclass(frozen=True, slots=True)
class Running:
    """A system that is ready; ``stop`` is set when somebody asks it to end."""

    installation: Installation
    system: System
    supervisor: Supervisor
    stop: asyncio.Event
    ready_seconds: float

    @property
    def site(self) -> Site:
        """What the main job needs to know."""
        return Site(
            base_url=self.installation.public_url,
            folder=self.installation.folder,
            maildir=self.installation.maildir,
            trust=self.installation.trust,
            setup_token=self.system.secrets.read("gateway", "setup_token"),
        )


def open_folder(folder: Path, character: Character) -> Installation:
    """
    Return the installation in ``folder``; a new one gets ``character``.

    Raises:
        WrongFolder: it is an installation of the other kind: a demonstration never becomes evidence.
        AlreadyRunning: another supervisor holds it.

    """
    found = known(folder)
    if found is not None and found.kind != character.kind:
        raise WrongFolder(f"{folder} holds a {found.kind} installation; choose another folder with --data")
    if found is not None and found.store != character.store:
        raise WrongFolder(f"{folder} keeps its files in a {found.store} store; choose another folder with --data")
    if pid := holder(folder):
        raise AlreadyRunning(folder, str(pid))
    return settle(folder, character)


@asynccontextmanager
async def running(folder: Path, character: Character, *, verbose: bool = False) -> AsyncIterator[Running]:
    """Start everything in ``folder``, yield when all is ready, stop everything at the end."""
    began = time.monotonic()
    installation = open_folder(folder, character)
    stop = asyncio.Event()
    with _signals(stop):
        async with Supervisor([], folder=installation.folder, sink=LogView(frozenset({"onebox"}))):
            # Ports are looked at only after a killed supervisor's children have freed them.
            installation = replace_taken_ports(installation)
        system = System.prepare(installation)
        programs = system.programs()
        shown = frozenset({"onebox", *(program.name for program in programs if program.shows_log)})
        view = LogView(shown, verbose=verbose, awake=False)
        async with Supervisor(programs, folder=installation.folder, sink=view) as supervisor:
            await _first(supervisor.ready(), stop)
            view.awake = True
            renewal = asyncio.create_task(_renew(system))
            try:
                yield Running(installation, system, supervisor, stop, time.monotonic() - began)
            finally:
                view.awake = False
                renewal.cancel()


async def _first(work: Coroutine[Any, Any, None], stop: asyncio.Event) -> None:
    """Wait for ``work``, unless somebody asks to stop first."""
    working, stopping = asyncio.create_task(work), asyncio.create_task(_wait(stop))
    await asyncio.wait((working, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not working.done():
        working.cancel()
        raise AskedToStop
    working.result()


async def _wait(event: asyncio.Event) -> None:
    await event.wait()


async def _renew(system: System) -> None:
    while True:
        await asyncio.sleep(RENEWAL_SECONDS)
        system.renew_lists()


class _signals:  # noqa: N801 -- reads as a statement
    """Turn SIGINT and SIGTERM into an event: the supervisor itself must live until all children are stopped."""

    def __init__(self, stop: asyncio.Event) -> None:
        self._stop = stop

    def __enter__(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._asked)

    def __exit__(self, *_: object) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)

    def _asked(self) -> None:
        if not self._stop.is_set():
            print("stopping …", file=sys.stderr, flush=True)
        self._stop.set()
