"""Promise that the program's exit codes and refusals can be relied on by scripts."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[3]


def paillasse(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program as the launcher does."""
    return subprocess.run(
        [sys.executable, "-m", "onebox", *arguments], cwd=PROJECT, capture_output=True, text=True, check=False,
        timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize("command", ["demo", "up", "down", "status", "doctor", "verify", "bench", "test", "check"])
def test_every_command_explains_itself(command: str) -> None:
    """``--help`` is the manual of someone in a hurry."""
    done = paillasse(command, "--help")

    assert done.returncode == 0
    assert f"paillasse {command}" in done.stdout


def test_status_of_nothing_is_a_failure(tmp_path: Path) -> None:
    """A monitor asks by exit code."""
    done = paillasse("status", "--data", str(tmp_path), "--json")

    assert done.returncode == 1
    assert json.loads(done.stdout) == {"supervisor": None, "kind": None, "ready": False, "programs": []}


def test_down_of_nothing_is_done(tmp_path: Path) -> None:
    """What should not run does not run."""
    assert paillasse("down", "--data", str(tmp_path)).returncode == 0


@pytest.mark.parametrize(
    "asked", [("up",), ("demo", "--once"), ("demo", "--out", "x"), ("status", "--no-such-option"), ("fly",)]
)
def test_asking_wrongly_is_exit_two(tmp_path: Path, asked: tuple[str, ...]) -> None:
    """1 means it failed, 2 means nothing was tried."""
    place = () if asked == ("fly",) else ("--data", str(tmp_path / "new"))

    assert paillasse(*asked, *place).returncode == 2


def test_doctor_names_what_it_found(tmp_path: Path) -> None:
    """Each finding says where, or what to type."""
    findings = json.loads(paillasse("doctor", "--json", "--data", str(tmp_path)).stdout)

    assert {"Python", "PostgreSQL", "RabbitMQ", "openssl", "unzip", "xxd", "MinIO", "OpenSearch", "disk"} == {
        each["what"] for each in findings
    }
    assert all(each["found"] or each["remedy"] for each in findings)
