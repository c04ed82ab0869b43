"""Start the programs of a bench, wait until they answer, end them."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from onebox.probes import Probe, until_ready

ROOT = Path(__file__).parents[1]
READY_SECONDS = 60.0
STOP_SECONDS = 40.0


class NotReady(RuntimeError):
    """A program of the bench did not start; its output is in the message."""


@dataclass(slots=True)
class Children:
    """Python programs of one bench; their output goes to files in ``folder``."""

    folder: Path
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, *, module: Sequence[str], env: Mapping[str, str]) -> int:
        """Start a Python module and return its process id."""
        with self.output(name).open("wb") as sink:
            process = subprocess.Popen(
                [sys.executable, "-m", *module], cwd=ROOT, env={**os.environ, "PYTHONUNBUFFERED": "1", **env},
                stdout=sink, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        self.running[name] = process
        return process.pid

    def output(self, name: str) -> Path:
        """Return the file a program writes to."""
        return self.folder / f"{name}.out"

    async def until_ready(self, name: str, probe: Probe) -> None:
        """Wait until a program answers; raise NotReady when it does not."""
        if not await until_ready(probe, seconds=READY_SECONDS):
            raise NotReady(f"{name}: {self.output(name).read_text(errors='replace')[-3000:]}")

    async def until_said(self, name: str, words: str, *, seconds: float) -> str:
        """Wait until a program has written ``words``; return all it wrote."""
        async with asyncio.timeout(seconds):
            while True:
                said = self.output(name).read_text(errors="replace")
                if words in said:
                    return said
                if self.running[name].poll() is not None:
                    raise NotReady(f"{name} ended: {said[-3000:]}")
                await asyncio.sleep(0.02)

    def stop(self, name: str) -> None:
        """End a program and wait for its end."""
        process = self.running.pop(name)
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def pids(self) -> set[int]:
        """Return the process ids of all programs."""
        return {process.pid for process in self.running.values()}


@contextmanager
def children(folder: Path) -> Iterator[Children]:
    """Hold programs, and end them in the opposite order of their starts."""
    held = Children(folder)
    try:
        yield held
    finally:
        for name in reversed(list(held.running)):
            held.stop(name)
