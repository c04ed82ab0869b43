"""Start one program in a process group of its own, remember it on disk, end it and nothing else."""

import asyncio
import json
import os
import pwd
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from onebox import proc
from onebox.probes import until_ready
from onebox.programs import Program

LineSink = Callable[[str, str], None]
_CHUNK = 65536
# Enough for PostgreSQL's fast stop; houses without a supervisor have nobody to answer.
STALE_GRACE_SECONDS = 5.0
# Passed on from our own environment; everything else a program needs is in its description.
_INHERITED = ("PATH", "HOME", "TMPDIR", "SSL_CERT_FILE")


@dataclass(frozen=True, slots=True)
class Folders:
    """Where a child's record and log lie."""

    run: Path
    log: Path

    def record(self, name: str) -> Path:
        """Return the file that remembers a child."""
        return self.run / f"{name}.json"


class Child:
    """A started program."""

    def __init__(self, program: Program, process: asyncio.subprocess.Process, *, record: Path) -> None:
        self.program = program
        self.process = process
        self.record = record
        self._pump: asyncio.Task[None] | None = None

    @classmethod
    async def start(cls, program: Program, *, folders: Folders, sink: LineSink) -> "Child":
        """Start it and write its record, so that a successor of a killed supervisor finds it."""
        account = pwd.getpwnam(program.user) if program.user else None
        inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        # A pipe of our own: asyncio's would keep ``wait()`` from returning while a grandchild still holds its end.
        readable, writable = os.pipe()
        try:
            process = await asyncio.create_subprocess_exec(
                *program.argv,
                env={**inherited, "LANG": "C.UTF-8", **program.env},
                cwd=program.cwd,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=writable,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
                user=account.pw_uid if account else None,
                group=account.pw_gid if account else None,
                extra_groups=[] if account else None,
            )
        except BaseException:
            os.close(readable)
            raise
        finally:
            os.close(writable)
        child = cls(program, process, record=folders.record(program.name))
        _remember(child.record, pid=process.pid, stop=program.stop_signal)
        child._pump = asyncio.create_task(_pump(readable, name=program.name, log=folders.log, sink=sink))
        return child

    async def becomes_ready(self) -> bool:
        """Wait for readiness; false when it ended or took too long."""
        if self.program.runs_once:
            return await self.process.wait() == 0
        if self.program.ready is None:
            return self.process.returncode is None
        asking = asyncio.ensure_future(until_ready(self.program.ready, seconds=self.program.ready_seconds))
        ending = asyncio.ensure_future(self.process.wait())
        done, pending = await asyncio.wait({asking, ending}, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        return asking in done and asking.result() and self.process.returncode is None

    async def stop(self) -> None:
        """End it: its own signal first, then what is left of its group, then forget it."""
        if self.process.returncode is None:
            with suppress(ProcessLookupError):
                self.process.send_signal(self.program.stop_signal)
            with suppress(TimeoutError):
                async with asyncio.timeout(self.program.grace_seconds):
                    await self.process.wait()
        await proc.end_group(self.process.pid, stop=signal.SIGTERM, grace_seconds=2.0)
        await self.process.wait()
        await self.forget()

    async def forget(self) -> None:
        """Remove the record of an ended child, once its last lines are written."""
        if self._pump is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(1.0):
                    await asyncio.shield(self._pump)
            self._pump.cancel()
            await asyncio.gather(self._pump, return_exceptions=True)
        self.record.unlink(missing_ok=True)


def _remember(path: Path, *, pid: int, stop: signal.Signals) -> None:
    seen = proc.look(pid)
    record = {"pid": pid, "started": seen.started if seen else 0, "boot": proc.boot_id(), "stop": int(stop)}
    draft = path.with_suffix(".tmp")
    draft.write_text(json.dumps(record))
    draft.replace(path)


async def end_stale(run: Path) -> list[str]:
    """
    End the children a killed supervisor left behind; return their names.

    A record counts only in the boot it was written in, and only if the process with its number began when it says:
    otherwise the number belongs to somebody else by now.
    """
    records = {path: json.loads(path.read_text()) for path in sorted(run.glob("*.json"))}
    ours = {path: record for path, record in records.items() if record["boot"] == proc.boot_id() and _is_ours(record)}
    # All at once: nobody is left to depend on, and what is slow to end must not add up.
    await asyncio.gather(
        *(
            proc.end_group(record["pid"], stop=signal.Signals(record["stop"]), grace_seconds=STALE_GRACE_SECONDS)
            for record in ours.values()
        )
    )
    for path in records:
        path.unlink()
    return [path.stem for path in ours]


def _is_ours(record: dict[str, int]) -> bool:
    leader = proc.look(record["pid"])
    if leader is not None:
        return leader.started == record["started"]
    # The leader died, its children did not: while a group has members its number is not given to anyone else.
    return any(member.started >= record["started"] for member in proc.members(record["pid"]))


async def _pump(readable: int, *, name: str, log: Path, sink: LineSink) -> None:
    """Append every line to the program's own log and hand it to the view; long lines arrive in one piece."""
    reader = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(readable, "rb", buffering=0)
    )
    rest = b""
    try:
        with (log / f"{name}.log").open("ab", buffering=0) as file:
            while chunk := await reader.read(_CHUNK):
                file.write(chunk)
                *lines, rest = (rest + chunk).split(b"\n")
                for line in lines:
                    sink(name, line.decode(errors="replace"))
        if rest:
            sink(name, rest.decode(errors="replace"))
    finally:
        transport.close()


def last_lines(log: Path, name: str, *, count: int = 15) -> str:
    """Return the last lines of a program's log."""
    path = log / f"{name}.log"
    if not path.exists():
        return ""
    return "\n".join(path.read_text(errors="replace").splitlines()[-count:])
