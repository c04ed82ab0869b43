"""One demonstration serves all end-to-end tests of a run."""

from collections.abc import Iterator

import pytest

from tests.e2e.laboratory import Laboratory, laboratory
from tests.e2e.system import System, running_system
from tests.servers.processes import scratch_folder


@pytest.fixture(scope="session")
def system() -> Iterator[System]:
    """The whole system, started as a newcomer starts it."""
    with scratch_folder("system") as folder, running_system(folder / "data") as running:
        yield running


@pytest.fixture(scope="session")
def lab(system: System) -> Iterator[Laboratory]:
    """A laboratory with its people, founded once a run."""
    with laboratory(system) as founded:
        yield founded
