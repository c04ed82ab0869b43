"""Read what the kernel says about processes (proc(5)), so that only our own are ever ended."""

import asyncio
import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
# Fields after the program's name in /proc/<pid>/stat.
_STATE, _GROUP, _STARTED = 0, 2, 19
_ZOMBIE = "Z"


@dataclass(frozen=True, slots=True)
class Seen:
    """A living process: its number alone means nothing, numbers are used again; with its start it is unique."""

    pid: int
    group: int
    started: int


def look(pid: int) -> Seen | None:
    """Return the living process with this number, or none."""
    try:
        fields = (_PROC / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return None
    if fields[_STATE] == _ZOMBIE:
        return None
    return Seen(pid=pid, group=int(fields[_GROUP]), started=int(fields[_STARTED]))


def members(group: int) -> list[Seen]:
    """Return the living processes of a process group."""
    seen = (look(int(path.name)) for path in _PROC.iterdir() if path.name.isdigit())
    return [each for each in seen if each is not None and each.group == group]


def boot_id() -> str:
    """Return what tells this boot of the machine from any other."""
    return (_PROC / "sys/kernel/random/boot_id").read_text().strip()


async def end_group(group: int, *, stop: signal.Signals, grace_seconds: float) -> None:
    """Ask a process group to stop; kill what is left after the grace."""
    for sent, patience in ((stop, grace_seconds), (signal.SIGKILL, 5.0)):
        with suppress(ProcessLookupError):
            os.killpg(group, sent)
        if await _gone(group, seconds=patience):
            return


async def _gone(group: int, *, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while members(group):
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.02)
    return True
