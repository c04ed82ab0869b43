"""Something dies in the middle of the main job, and it ends with the same result: nothing lost, nothing doubled."""

import asyncio
import hashlib
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default as email_policy
from functools import partial
from pathlib import Path

import pytest

from onebox.demo import institution, main_job
from onebox.demo.api import client
from onebox.demo.seed import ensure
from onebox.demo.summary import Step, Summary
from tests.e2e.system import SAMPLE, System
from tests.servers.processes import wait_until

# When to strike: right after these steps, so that each blow falls into the next one.
MOMENTS = ("upload", "send_into_circuit", "sign_author", "sign_approver")
# A server that recovers takes longest.
BACK_SECONDS = 90.0
pytestmark = [pytest.mark.fault, pytest.mark.timeout(300)]


@dataclass
class Striking(Summary):
    """An account that strikes: when a moment is written down, a program dies before the job goes on."""

    kill: Callable[[], Awaitable[int]] = field(kw_only=True)
    struck: dict[str, int] = field(default_factory=dict)

    @asynccontextmanager
    async def step(self, name: str) -> AsyncIterator[Step]:
        """Record a step; then strike if it is a moment."""
        async with super().step(name) as step:
            yield step
        if name in MOMENTS:
            self.struck[name] = await self.kill()


async def _kill(system: System, program: str, number: signal.Signals, died: list[int]) -> int:
    """Kill a program that is up, and was not struck before; wait while it is on its way back from the last blow."""
    deadline = time.monotonic() + BACK_SECONDS
    while time.monotonic() < deadline:
        with suppress(ProcessLookupError, FileNotFoundError, ValueError):
            if system.pid_of(program) not in died:
                died.append(system.kill(program, number=number))
                return died[-1]
        await asyncio.sleep(0.01)
    raise TimeoutError(f"{program} did not come back in {BACK_SECONDS:g} s")


def _survive(system: System, out: Path, program: str, number: signal.Signals, monkeypatch: pytest.MonkeyPatch) -> None:
    died: list[int] = []
    striking = partial(Striking, kill=lambda: _kill(system, program, number, died))
    monkeypatch.setattr(main_job, "Summary", striking)
    out.mkdir(exist_ok=True)

    summary = asyncio.run(main_job.run(system.site, archive=SAMPLE, out=out))

    assert summary.passed, (out / "summary.json").read_text()
    assert isinstance(summary, Striking)
    assert list(MOMENTS) == list(summary.struck)
    assert len(MOMENTS) == len(set(summary.struck.values()))
    system.wait_restarted(program, after=died[-1])
    reference = next(step.counts["reference"] for step in summary.steps if step.name == "open_notebook")
    _assert_pages_without_gap(system, reference)
    _assert_mails_once(system, reference)
    _assert_blobs_whole(system)
    wait_until(system.index_agrees, what="search verify: clean", seconds=60)
    assert system.rows_and_files_agree()


def _assert_pages_without_gap(system: System, reference: str) -> None:
    async def numbers() -> list[int]:
        async with client(system.site.base_url) as http:
            demo = await ensure(http, folder=system.site.folder, setup_token=system.site.setup_token)
            author = await demo.sign_in(http, institution.AUTHOR)
            notebook = (await author.get("/notebooks", reference=reference))["items"][0]
            pages = await author.get(f"/notebooks/{notebook['id']}/entries", limit=200)
            return [page["number"] for page in pages["items"]]

    found = asyncio.run(numbers())

    assert list(range(1, len(found) + 1)) == found


def _assert_mails_once(system: System, reference: str) -> None:
    mails = [
        message_from_bytes(path.read_bytes(), policy=email_policy)
        for path in [*system.site.maildir.glob("new/*"), *system.site.maildir.glob("cur/*")]
    ]
    told = Counter((str(mail["To"]), str(mail["Subject"])) for mail in mails if reference in str(mail["Subject"]))

    assert told
    assert {1} == set(told.values()), told


def _assert_blobs_whole(system: System) -> None:
    # Beside it lie locks, named by the same digests but holding no bytes of a file.
    store = system.site.folder / "store" / "blobs"
    blobs = [path for path in store.rglob("*") if path.is_file() and len(path.name) == 64]

    assert blobs
    assert [path for path in blobs if hashlib.sha256(path.read_bytes()).hexdigest() != path.name] == []


ALWAYS = {"signing", "relay", "postgresql"}


@pytest.mark.parametrize(
    "program",
    [
        pytest.param(name, marks=[] if name in ALWAYS else [pytest.mark.full])
        for name in ("entries", "signing", "storage", "search", "notify", "relay", "door", "postgresql", "rabbitmq")
    ],
)
def test_a_killed_program_changes_nothing_in_the_result(
    system: System, program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed with −9 at four moments: acknowledged means committed, and every effect happens once."""
    _survive(system, tmp_path / "out", program, signal.SIGKILL, monkeypatch)


@pytest.mark.full
@pytest.mark.parametrize("server", ["postgresql", "rabbitmq"])
def test_a_restarted_server_changes_nothing_in_the_result(
    system: System, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Operators restart servers for updates in the middle of the day."""
    number = signal.SIGINT if server == "postgresql" else signal.SIGTERM
    _survive(system, tmp_path / "out", server, number, monkeypatch)
