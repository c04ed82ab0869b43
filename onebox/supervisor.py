"""Keep programs running: start in the order of their needs, restart what falls, stop everything that was started."""

import asyncio
import fcntl
import os
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from onebox.children import Child, Folders, LineSink, end_stale, last_lines
from onebox.programs import Program, StartFailed, stages

FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 10.0
# Who lived this long starts again without a pause that grew.
HEALTHY_SECONDS = 30.0


class AlreadyRunning(RuntimeError):
    """Another supervisor holds the data folder."""

    def __init__(self, folder: Path, pid: str) -> None:
        super().__init__(f"{folder} is in use by process {pid or 'unknown'}; stop it first, or use another --data")


class Supervisor:
    """
    Run programs as one: ``async with Supervisor(…) as it: await it.ready()``.

    Leaving the block stops every child, dependants first. A program that never became ready fails ``ready()``; one that
    falls later is started again after a pause that doubles from 0.2 to 10 s.
    """

    def __init__(self, programs: Sequence[Program], *, folder: Path, sink: LineSink) -> None:
        self._programs = {program.name: program for program in programs}
        self._stages = stages(self._programs)
        self._folder = folder
        self._folders = Folders(run=folder / "run", log=folder / "log")
        self._sink = sink
        self._ready = {name: asyncio.Event() for name in self._programs}
        self._failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._children: dict[str, Child] = {}
        # Groups of fallen leaders whose jobs may finish.
        self._left: list[Child] = []
        self._starting: set[asyncio.Task[Child]] = set()
        self._keepers: list[asyncio.Task[None]] = []
        self._lock: int | None = None
        self.restarts: dict[str, int] = dict.fromkeys(self._programs, 0)

    async def __aenter__(self) -> Self:
        for folder in (self._folder, self._folders.run, self._folders.log):
            folder.mkdir(parents=True, exist_ok=True)
        self._lock = _lock(self._folder)
        for name in await end_stale(self._folders.run):
            self._sink("onebox", f"ended {name}, left behind by a supervisor that was killed")
        self._keepers = [asyncio.create_task(self._keep(program)) for program in self._programs.values()]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop()
        if self._failed.done() and not self._failed.cancelled():
            self._failed.exception()
        if self._lock is not None:
            os.close(self._lock)

    async def ready(self) -> None:
        """
        Wait until every program is ready.

        Raises:
            StartFailed: one did not become ready; it carries the last lines of its log.

        """
        everything = asyncio.create_task(self._all_ready())
        await asyncio.wait((everything, self._failed), return_when=asyncio.FIRST_COMPLETED)
        everything.cancel()
        if self._failed.done():
            self._failed.result()

    async def _all_ready(self) -> None:
        for event in self._ready.values():
            await event.wait()

    def pid_of(self, name: str) -> int | None:
        """Return the process id of a running program."""
        child = self._children.get(name)
        return child.process.pid if child and child.process.returncode is None else None

    async def until_ready_again(self, name: str) -> None:
        """Wait until a program is ready: at once when it is."""
        await self._ready[name].wait()

    async def _keep(self, program: Program) -> None:
        pause = FIRST_PAUSE_SECONDS
        was_ready = False
        while True:
            try:
                child = await self._start(program)
                began = time.monotonic()
                if await child.becomes_ready():
                    was_ready = True
                    self._ready[program.name].set()
                elif not was_ready:
                    self._fail(program, reason="did not become ready")
                    return
            except (OSError, RuntimeError, LookupError) as error:
                self._fail(program, reason=str(error))
                return
            if program.runs_once:
                await child.forget()
                return
            await self._watch(child)
            pause = FIRST_PAUSE_SECONDS if time.monotonic() - began > HEALTHY_SECONDS else pause
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def _start(self, program: Program) -> Child:
        for need in program.depends_on:
            await self._ready[need].wait()
        if program.before is not None:
            await program.before()
        # A start is never cut in half: a child nobody knows could not be stopped.
        starting = asyncio.create_task(Child.start(program, folders=self._folders, sink=self._sink))
        self._starting.add(starting)
        child = await asyncio.shield(starting)
        self._starting.discard(starting)
        self._children[program.name] = child
        return child

    async def _watch(self, child: Child) -> None:
        name = child.program.name
        if not self._ready[name].is_set():
            await child.stop()
        code = await child.process.wait()
        self._ready[name].clear()
        self.restarts[name] += 1
        self._sink("onebox", f"{name} ended with {code}; starting it again")
        if child.program.children_survive:
            self._left.append(child)
        else:
            await child.stop()

    def _fail(self, program: Program, *, reason: str) -> None:
        if not self._failed.done():
            log = last_lines(self._folders.log, program.name)
            self._failed.set_exception(StartFailed(program.name, reason=reason, log=log))

    async def _stop(self) -> None:
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        for child in await asyncio.gather(*self._starting):
            self._children[child.program.name] = child
        for stage in reversed(self._stages):
            falling = [self._children[name] for name in stage if name in self._children]
            falling += [child for child in self._left if child.program.name in stage]
            await asyncio.gather(*(child.stop() for child in falling))


def _lock(folder: Path) -> int:
    """Hold the data folder: two supervisors on one database would be two truths. Freed by the kernel when we die."""
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(descriptor, 20).decode().strip()
        os.close(descriptor)
        raise AlreadyRunning(folder, holder) from None
    os.ftruncate(descriptor, 0)
    os.write(descriptor, f"{os.getpid()}\n".encode())
    return descriptor


def holder(folder: Path) -> int | None:
    """Return the process id of the supervisor that holds ``folder``, or none."""
    try:
        descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return int(os.read(descriptor, 20) or b"0") or None
    else:
        return None
    finally:
        os.close(descriptor)
