"""A whole running demonstration, as its operator and its saboteur see it."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from onebox import webapp
from onebox.demo import main_job
from onebox.demo.site import Site
from onebox.demo.summary import Summary
from tests.servers.processes import wait_until

ROOT = Path(__file__).parents[2]
READY_SECONDS = 120.0
STOP_SECONDS = 60.0
SAMPLE = ROOT / "onebox" / "demo" / "sample.eln"


@dataclass(frozen=True)
class System:
    """A running demonstration in ``site.folder``; ``supervisor`` is onebox's process id."""

    site: Site
    supervisor: int

    def pid_of(self, program: str) -> int:
        """Return the process id of a program of the supervisor."""
        return int(json.loads((self.site.folder / "run" / f"{program}.json").read_text())["pid"])

    def kill(self, program: str, *, number: signal.Signals = signal.SIGKILL) -> int:
        """Send a signal to a program and return the process id it had."""
        pid = self.pid_of(program)
        os.kill(pid, number)
        return pid

    def wait_restarted(self, program: str, *, after: int) -> None:
        """Wait until the supervisor has started a program again."""

        def restarted() -> bool:
            try:
                return self.pid_of(program) != after
            except (OSError, ValueError):
                return False

        wait_until(restarted, what=f"{program} restarted", seconds=60)

    def database(self, house: str) -> dict[str, object]:
        """Return how to connect to a house's database, for what only time or a disaster could do to it."""
        places = json.loads((self.site.folder / "secrets" / "migrate" / "databases").read_text())[house]
        return {"dbname": places["name"], **{name: places[name] for name in ("host", "port", "user", "password")}}

    def rows_and_files_agree(self) -> bool:
        """Ask the operator's command."""
        done = self.command("doctor", "--deep", "--json")
        return done.returncode == 0 and json.loads(done.stdout) == {"clean": True, "differences": []}

    def index_agrees(self) -> bool:
        """Ask the operator's command whether search shows what entries holds; pages on their way count as stale."""
        done = self.command("search", "verify", "--json")
        return done.returncode == 0 and bool(json.loads(done.stdout)["clean"])

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Give an operator's command about this installation and wait for its end."""
        return subprocess.run(self.words(*words), cwd=ROOT, check=False, capture_output=True, text=True, timeout=120)

    def words(self, *words: str) -> list[str]:
        """Return an operator's command about this installation."""
        return [sys.executable, "-m", "onebox", *words, "--data", str(self.site.folder)]

    def run_main_job(self, archive: Path, out: Path) -> Summary:
        """Run the main job to its end."""
        return asyncio.run(main_job.run(self.site, archive=archive, out=out))


@contextmanager
def running_system(folder: Path, *options: str) -> Iterator[System]:
    """Start a demonstration with onebox and these options, stop it at the end, and check that nothing of it is left."""
    out = folder.parent / f"{folder.name}.out"
    # Once a state of its sources, and not part of a start.
    webapp.build()
    with out.open("wb") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", "onebox", "demo", "--data", str(folder), *options], cwd=ROOT, stdout=sink,
            stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            wait_until(lambda: _ready(process, out), what="the demonstration", seconds=READY_SECONDS)
            yield System(_site(folder), process.pid)
        finally:
            process.terminate()
            code = process.wait(STOP_SECONDS)
    assert code == 0, out.read_text()[-3000:]
    assert not list((folder / "run").glob("*.json"))


def _ready(process: subprocess.Popen, out: Path) -> bool:
    said = out.read_text(errors="replace")
    assert process.poll() is None, said[-5000:]
    return "Ctrl-C" in said


def _site(folder: Path) -> Site:
    ports = json.loads((folder / "ports.json").read_text())
    setup_token = (folder / "secrets" / "gateway" / "setup_token").read_text().strip()
    return Site(f"http://localhost:{ports['http']}", folder, folder / "mail", folder / "trust", setup_token)
