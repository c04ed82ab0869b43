"""One demonstration serves all end-to-end tests of a run."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.system import System, running_system


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """The whole system, started as a newcomer starts it."""
    folder: Path = tmp_path_factory.mktemp("system") / "data"
    for parent in folder.parents:
        if parent.owner() != "root" or parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o011)
    with running_system(folder) as running:
        yield running
