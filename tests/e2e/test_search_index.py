"""The index of a whole installation on OpenSearch, by its operator's commands."""

import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from onebox.servers.opensearch import OpensearchMissing, find_server
from tests.e2e.system import ROOT, SAMPLE, System, running_system
from tests.servers.processes import scratch_folder

pytestmark = [pytest.mark.full, pytest.mark.fault, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def installed() -> Iterator[System]:
    """A demonstration on OpenSearch, with what its furniture writes and a main job."""
    try:
        find_server()
    except OpensearchMissing as missing:
        pytest.skip(str(missing))
    with (
        scratch_folder("index") as folder,
        running_system(folder / "data", "--search", "opensearch") as system,
    ):
        out = folder / "job"
        out.mkdir()
        assert system.run_main_job(SAMPLE, out).passed
        yield system


def compare(system: System) -> dict[str, object]:
    """Compare the index with what entries holds."""
    done = system.command("search", "verify", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_the_index_shows_what_entries_holds(installed: System) -> None:
    """For a program, and for a person."""
    found = compare(installed)
    said = installed.command("search", "verify")

    assert (found["clean"], found["missing"], found["stale"], found["surplus"]) == (True, [], [], [])
    assert found["compared"] > 0
    assert f"{found['compared']} pages compared: clean" in said.stdout


def test_a_rebuild_tells_how_far_it_is(installed: System) -> None:
    """Progress goes where it disturbs no program that reads the outcome."""
    pages = compare(installed)["compared"]
    done = installed.command("search", "rebuild")

    assert done.returncode == 0, done.stderr
    assert "generation" in done.stderr
    assert done.stdout.endswith(f"serves: {pages} pages\n")


def test_a_rebuild_outlives_the_house(installed: System, tmp_path: Path) -> None:
    """Asked for while the house is frozen, which then is killed: the next one does it, and the command sees its end."""
    before = compare(installed)
    frozen = installed.kill("search", number=signal.SIGSTOP)
    with (tmp_path / "said").open("w+") as said:
        asked = subprocess.Popen(installed.words("search", "rebuild", "--json"), cwd=ROOT, stdout=said)
        # Asked for, and nobody there to do it.
        with pytest.raises(subprocess.TimeoutExpired):
            asked.wait(10)
        installed.kill("search")
        installed.wait_restarted("search", after=frozen)
        assert asked.wait(120) == 0
        said.seek(0)
        progress = json.load(said)

    assert (progress["building"], progress["all_walked"], progress["walked"]) == (None, True, before["compared"])
    assert before == compare(installed)
