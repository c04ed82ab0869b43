"""Describe a program: how it is started, when it is ready, how it is stopped."""

import signal
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from onebox.probes import Probe


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """
    One child of the supervisor.

    Args:
        name: Short, unique; the prefix in the log view and the name of its log file.
        argv: Absolute program and its arguments; never a shell.
        env: The *whole* environment beyond PATH, HOME, LANG and TMPDIR: nothing is inherited by accident.
        ready: Asked until it says yes; none means ready once started.
        depends_on: Names that must be ready first.
        runs_once: Ready means ended with 0; it is not restarted.
        before: Awaited after the dependencies are ready, before each start.
        grace_seconds: From the stop signal to SIGKILL.
        ready_seconds: After this without readiness the start has failed.
        stop_signal: PostgreSQL wants SIGINT for a fast stop; SIGTERM would wait for its clients.
        user: Account to run as; only root can change it.
        children_survive: Its child processes (jobs) may finish when it crashes; they are ended at the final stop.
        shows_log: Its lines appear in the compact view.
        cwd: Working folder.

    """

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    ready: Probe | None = None
    depends_on: tuple[str, ...] = ()
    runs_once: bool = False
    before: Callable[[], Awaitable[None]] | None = None
    grace_seconds: float = 10.0
    ready_seconds: float = 60.0
    stop_signal: signal.Signals = signal.SIGTERM
    user: str | None = None
    children_survive: bool = False
    shows_log: bool = True
    cwd: str = "/"


class StartFailed(RuntimeError):
    """A program did not become ready; ``log`` holds its last lines."""

    def __init__(self, name: str, *, reason: str, log: str = "") -> None:
        super().__init__(f"{name}: {reason}" + (f"\n{log}" if log else ""))
        self.name = name
        self.reason = reason
        self.log = log


def stages(programs: Mapping[str, Program]) -> list[list[str]]:
    """
    Order names so that each stage depends on earlier stages only.

    Raises:
        ValueError: an unknown dependency, or a circle.

    """
    left = {name: set(program.depends_on) for name, program in programs.items()}
    if unknown := {need for needs in left.values() for need in needs} - left.keys():
        raise ValueError(f"unknown dependencies: {sorted(unknown)}")
    ordered: list[list[str]] = []
    while left:
        free = sorted(name for name, needs in left.items() if not needs & left.keys())
        if not free:
            raise ValueError(f"circular dependencies: {sorted(left)}")
        ordered.append(free)
        for name in free:
            del left[name]
    return ordered
