"""Promise that programs start in order, come back when they fall, and end when they should: all of them, only they."""

import asyncio
import itertools
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from onebox import proc
from onebox.programs import Program, StartFailed, stages
from onebox.supervisor import AlreadyRunning, Supervisor, holder

LIVES = "exec sleep 300"
Shell = Callable[..., Program]


def silent(_name: str, _line: str) -> None:
    """Take a line and drop it."""


async def until(condition: Callable[[], bool], *, seconds: float = 10.0) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition was never met"
        await asyncio.sleep(0.01)


def test_a_program_starts_only_when_those_it_needs_are_ready(tmp_path: Path, marks: Path, shell: Shell) -> None:
    """A house that starts before its database exists would fail, restart, and hide the real trouble in noise."""
    programs = [
        shell("gateway", f"echo gateway >> order; touch gateway.ready; {LIVES}", depends_on=("house",)),
        shell("house", f"echo house >> order; touch house.ready; {LIVES}", depends_on=("database",)),
        shell("database", f"echo database >> order; sleep 0.1; touch database.ready; {LIVES}"),
    ]

    async def run() -> None:
        async with Supervisor(programs, folder=tmp_path, sink=silent) as supervisor:
            await supervisor.ready()

    asyncio.run(run())

    assert (marks / "order").read_text().split() == ["database", "house", "gateway"]


def test_programs_that_do_not_need_each_other_start_side_by_side(tmp_path: Path, shell: Shell) -> None:
    """PostgreSQL and RabbitMQ boot at the same time: here each becomes ready only once the other has begun."""
    wait = "while [ ! -e {other}.begun ]; do sleep 0.02; done"
    programs = [
        shell(name, f"touch {name}.begun; {wait.format(other=other)}; touch {name}.ready; {LIVES}")
        for name, other in (("one", "two"), ("two", "one"))
    ]

    async def run() -> None:
        async with Supervisor(programs, folder=tmp_path, sink=silent) as supervisor:
            await supervisor.ready()

    asyncio.run(run())


def test_a_fallen_program_is_started_again_after_a_growing_pause(tmp_path: Path, marks: Path, shell: Shell) -> None:
    """A program that falls at once must not burn the machine by being restarted in a circle."""
    program = shell("house", "date +%s%N >> starts; touch house.ready; sleep 0.5; exit 3")

    async def run() -> None:
        async with Supervisor([program], folder=tmp_path, sink=silent) as supervisor:
            await supervisor.ready()
            await until(lambda: len((marks / "starts").read_text().split()) >= 4)

    asyncio.run(run())

    starts = [int(line) / 1e9 for line in (marks / "starts").read_text().split()]
    pauses = [later - earlier for earlier, later in itertools.pairwise(starts)]
    # A busy machine only lengthens what is measured: half a second of life, and then at least the pause.
    assert all(pause >= 0.5 + least for pause, least in zip(pauses, (0.2, 0.4, 0.8), strict=False))


def test_every_child_is_ended_and_nothing_else(tmp_path: Path, marks: Path, shell: Shell) -> None:
    """A grandchild that ignores SIGTERM goes too; a program that merely looks the same does not."""
    stranger = subprocess.Popen(["sleep", "300"], start_new_session=True)
    program = shell("house", "(trap '' TERM; echo $$ > group; touch house.ready; sleep 301; sleep 301) & wait")

    async def run() -> int:
        async with Supervisor([program], folder=tmp_path, sink=silent) as supervisor:
            await supervisor.ready()
            return supervisor.pid_of("house") or 0

    group = asyncio.run(run())

    try:
        assert proc.members(group) == []
        assert stranger.poll() is None
        assert list((tmp_path / "run").iterdir()) == []
    finally:
        stranger.kill()
        stranger.wait()


def test_dependants_are_stopped_first(tmp_path: Path, marks: Path, shell: Shell) -> None:
    """A house that finishes its last work still needs its database."""
    ends = "trap 'echo {name} >> ends; exit 0' TERM; touch {name}.ready; while :; do sleep 0.02; done"
    programs = [
        shell("database", ends.format(name="database")),
        shell("house", ends.format(name="house"), depends_on=("database",)),
    ]

    async def run() -> None:
        async with Supervisor(programs, folder=tmp_path, sink=silent) as supervisor:
            await supervisor.ready()

    asyncio.run(run())

    assert (marks / "ends").read_text().split() == ["house", "database"]


def test_jobs_of_a_fallen_house_may_finish_but_not_outlive_the_supervisor(
    tmp_path: Path, marks: Path, shell: Shell
) -> None:
    """An import goes on while its house comes back; at the end nothing is left."""
    script = "echo $$ >> leaders; sleep 302 & touch house.ready; exec sleep 303"
    program = shell("house", script, children_survive=True)

    async def run() -> tuple[int, bool]:
        async with Supervisor([program], folder=tmp_path, sink=silent) as supervisor:
            await supervisor.ready()
            first = supervisor.pid_of("house") or 0
            os.kill(first, signal.SIGKILL)
            await until(lambda: len((marks / "leaders").read_text().split()) == 2)
            return first, bool(proc.members(first))

    first, survived = asyncio.run(run())

    assert survived
    assert proc.members(first) == []


SUPERVISED = """
import asyncio, sys
from pathlib import Path
from onebox.programs import Program
from onebox.supervisor import Supervisor
async def run():
    program = Program(name="house", argv=("/bin/sleep", "304"))
    async with Supervisor([program], folder=Path(sys.argv[1]), sink=print) as supervisor:
        await supervisor.ready()
        print(supervisor.pid_of("house"), flush=True)
        await asyncio.sleep(300)
asyncio.run(run())
"""


def test_children_of_a_killed_supervisor_are_ended_by_its_successor(tmp_path: Path, python: str) -> None:
    """Kill −9 leaves orphans that hold ports and files: the next start finds them by number and start time."""
    with subprocess.Popen([python, "-c", SUPERVISED, str(tmp_path)], stdout=subprocess.PIPE, text=True) as killed:
        assert killed.stdout is not None
        orphan = int(killed.stdout.readline())
        killed.kill()
        killed.wait()
    assert proc.look(orphan) is not None

    async def run() -> None:
        async with Supervisor([], folder=tmp_path, sink=silent):
            pass

    asyncio.run(run())

    assert proc.look(orphan) is None


def test_a_process_that_merely_got_an_old_number_is_left_alone(tmp_path: Path) -> None:
    """Process numbers are used again: ending by number alone would one day kill a stranger."""
    stranger = subprocess.Popen(["sleep", "305"], start_new_session=True)
    (tmp_path / "run").mkdir()
    record = {"pid": stranger.pid, "started": 1, "boot": proc.boot_id(), "stop": int(signal.SIGTERM)}
    (tmp_path / "run" / "house.json").write_text(json.dumps(record))

    async def run() -> None:
        async with Supervisor([], folder=tmp_path, sink=silent):
            pass

    try:
        asyncio.run(run())
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_two_supervisors_never_share_a_folder(tmp_path: Path) -> None:
    """Two writers on one data folder would be two truths."""

    async def run() -> None:
        async with Supervisor([], folder=tmp_path, sink=silent):
            assert holder(tmp_path) == os.getpid()
            with pytest.raises(AlreadyRunning):
                async with Supervisor([], folder=tmp_path, sink=silent):
                    pass

    asyncio.run(run())

    assert holder(tmp_path) is None


def test_a_start_that_fails_says_why(tmp_path: Path, shell: Shell) -> None:
    """The operator reads the program's own last words, not a time-out."""
    program = shell("database", "echo disk is full; exit 1", shows_log=False)

    async def run() -> None:
        async with Supervisor([program], folder=tmp_path, sink=silent) as supervisor:
            await supervisor.ready()

    with pytest.raises(StartFailed, match="disk is full"):
        asyncio.run(run())


def test_needs_in_a_circle_are_refused() -> None:
    """They would wait for each other for ever."""
    one, two = (
        Program(name=name, argv=("/bin/true",), depends_on=(other,)) for name, other in (("one", "two"), ("two", "one"))
    )

    with pytest.raises(ValueError, match="circular"):
        stages({"one": one, "two": two})
