"""Account for a tree of processes: CPU spent and memory held, from /proc (proc(5))."""

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def family(root: int) -> set[int]:
    """Return a process and all its descendants."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(entry.name)] = int(_stat(entry)[1])
        except (OSError, ValueError):
            continue
    found, fresh = {root}, {root}
    while fresh:
        fresh = {pid for pid, parent in parents.items() if parent in fresh} - found
        found |= fresh
    return found


def _stat(entry: Path) -> list[str]:
    # The name may hold spaces and parentheses: what follows the last one is regular.
    return (entry / "stat").read_text().rsplit(")", 1)[1].split()


def cpu_seconds(pids: set[int]) -> float:
    """Return user and system time of the processes, children they have already buried included."""
    total = 0
    for pid in pids:
        try:
            fields = _stat(Path("/proc") / str(pid))
        except OSError:
            continue
        total += sum(int(value) for value in fields[11:15])
    return total / TICKS


def pss_bytes(pids: set[int]) -> int:
    """Return the proportional set size: shared pages counted once, split among who share them."""
    total = 0
    for pid in pids:
        try:
            rollup = (Path("/proc") / str(pid) / "smaps_rollup").read_text()
        except OSError:
            continue
        total += next((int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")), 0)
    return total * 1024
