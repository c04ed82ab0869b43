"""Start a child for one file, wait no longer than allowed, and say in words how it ended."""

import os
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

import structlog

from services.storage.adapters.reading.frames import hear
from services.storage.domain.reading import Reading, Reason, failed

_PROJECT: Final = Path(__file__).parents[4]
_COMPLAINT_BYTES: Final = 2000
# Of the address space a process may have, the part that only one which lacks memory really fills.
_STARVED: Final = 0.6
# How a library ends its process when a file was too much for it: aborted, or by an access it may not make.
_CRASHES: Final = frozenset({
    signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGTRAP, signal.SIGFPE, signal.SIGSYS,
})  # fmt: skip

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ChildReader:
    """Read files, one child each. See the port for what calling promises."""

    memory_bytes: int
    cpu_seconds: int
    wall_seconds: float

    def __call__(self, content: Iterable[bytes], *, name: str) -> Reading:
        """Copy the bytes to a file without a name, which no death can leave behind, and have it read."""
        with tempfile.TemporaryFile() as file, tempfile.TemporaryFile() as told, tempfile.TemporaryFile() as complaint:
            for piece in content:
                file.write(piece)
            file.flush()
            file.seek(0)
            ended = self._run(file, told, complaint, name=name)
            told.seek(0)
            heard = hear(told)
            reading = heard.whole()
            if ended.status == 0 and reading is not None:
                return reading
            said = _tail(complaint)
            log.warning(
                "reading_ended_early",
                ended=ended.status,
                memory_bytes=ended.memory_bytes,
                media_type=heard.media_type,
                complaint=said,
            )
            return reading or failed(self._reason(ended, said), media_type=heard.media_type)

    def _run(self, file: IO[bytes], told: IO[bytes], complaint: IO[bytes], *, name: str) -> "Ended":
        """Return how it ended."""
        # Of the name only its ending: anybody on the machine can list the arguments of processes.
        arguments = map(str, (self.memory_bytes, self.cpu_seconds, os.getpid(), Path(name).suffix))
        # Nothing of ours is inherited: no setting, no secret, no open file.
        child = subprocess.Popen(
            [sys.executable, "-m", "services.storage.adapters.reading", *arguments],
            cwd=_PROJECT, stdin=file, stdout=told, stderr=complaint,
            env={"LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
        )  # fmt: skip
        watch = os.pidfd_open(child.pid)
        try:
            select.select([watch], [], [], self.wall_seconds)
        finally:
            # Also when this process is told to stop while it waits.
            signal.pidfd_send_signal(watch, signal.SIGKILL)
            os.close(watch)
            _, status, used = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
        return Ended(child.returncode, used.ru_maxrss * 1024)

    def _reason(self, ended: "Ended", complaint: str) -> Reason:
        """Read the traces: libraries in C abort when memory ends, with few words or none."""
        if ended.status in {-signal.SIGXCPU, -signal.SIGKILL}:
            return Reason.TOO_SLOW
        starved = ended.memory_bytes > _STARVED * self.memory_bytes
        if starved or "MemoryError" in complaint or "memory allocation" in complaint:
            return Reason.TOO_MUCH_MEMORY
        return Reason.DAMAGED if -ended.status in _CRASHES else Reason.INTERNAL


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child ended: exit status (negative is the signal, SIGKILL also when it was ours) and its largest size."""

    status: int
    memory_bytes: int


def _tail(complaint: IO[bytes]) -> str:
    complaint.seek(0, os.SEEK_END)
    complaint.seek(max(0, complaint.tell() - _COMPLAINT_BYTES))
    return complaint.read().decode("utf-8", "replace")
