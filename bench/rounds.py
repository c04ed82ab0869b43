"""Run two sides in turn, so that a slow minute of the machine is slow for both."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bench.load import Ran, Target, run
from bench.processes import cpu_seconds

# Odd, so that a median is a round that happened; many short ones rather than few long ones on a shared machine.
ROUNDS = 5
WARM_SECONDS = 1.0
# Effects of a write go on after its answer: settled when all processes use less than this share of a core.
_SETTLED_SHARE = 0.12
_SETTLE_STEP_SECONDS = 0.4
_SETTLE_LIMIT_SECONDS = 15.0


class Refusing(RuntimeError):
    """A side answered with errors: its numbers would mean nothing."""


@dataclass(slots=True)
class Side:
    """One side: where it is, which processes serve it, whether its work goes on after an answer, and what it did."""

    target: Target
    pids: Callable[[], set[int]]
    settles: bool = False
    runs: list[Ran] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    async def run(self, *, clients: int, seconds: float) -> Ran:
        """Load it once; remember the answers and the CPU seconds they took."""
        pids = self.pids()
        before = cpu_seconds(pids)
        ran = await run(self.target, clients=clients, seconds=seconds)
        if ran.refused or not ran.done:
            raise Refusing(f"{ran.refused} of {ran.refused + ran.done} refused: {ran.sample!r}")
        if self.settles:
            await settled(self.pids)
        self.runs.append(ran)
        self.cpu.append((cpu_seconds(pids) - before) * 1000 / ran.done)
        return ran

    def forget(self) -> None:
        """Forget what it did: it was only to warm up."""
        self.runs.clear()
        self.cpu.clear()


async def settled(pids: Callable[[], set[int]]) -> None:
    """Wait until the processes have nothing left to do."""
    deadline = time.monotonic() + _SETTLE_LIMIT_SECONDS
    spent = cpu_seconds(pids())
    while time.monotonic() < deadline:
        began = time.monotonic()
        await asyncio.sleep(_SETTLE_STEP_SECONDS)
        before, spent = spent, cpu_seconds(pids())
        if spent - before < _SETTLED_SHARE * (time.monotonic() - began):
            return


async def interleave(ours: Side, twin: Side, *, clients: int, seconds: float) -> list[tuple[float, float]]:
    """Return requests per second of both sides, round by round; who begins alternates."""
    found = []
    for number in range(ROUNDS):
        first, second = (ours, twin) if number % 2 == 0 else (twin, ours)
        done = {id(side): await side.run(clients=clients, seconds=seconds) for side in (first, second)}
        found.append((done[id(ours)].per_second, done[id(twin)].per_second))
    return found
