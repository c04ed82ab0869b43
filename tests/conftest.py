"""Load the servers' fixtures; keep unit tests off the network; say what `--all` adds."""

import os
import shutil
from pathlib import Path

import pytest

pytest_plugins = ["tests.servers.plugin"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--all``: containers, all faults, full matrices, large files."""
    parser.addoption("--all", action="store_true", default=False, help="run the slow tests too")
    parser.addoption("--fakes", action="store_true", default=False, help="run unit tests and contracts on fakes only")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what only ``--all`` runs, and keep unit tests from opening sockets."""
    deselected = []
    for item in items:
        if "unit" in Path(item.path).relative_to(config.rootpath).parts:
            item.add_marker(pytest.mark.disable_socket_for_unit)
        unwanted = item.get_closest_marker("full") and not config.getoption("--all")
        if unwanted or (config.getoption("--fakes") and not _is_on_fakes(item)):
            deselected.append(item)
    if deselected:
        config.hook.pytest_deselected(items=deselected)
        items[:] = [item for item in items if item not in deselected]


def _is_on_fakes(item: pytest.Item) -> bool:
    call = getattr(item, "callspec", None)
    on_a_fake = call is not None and not {"fake", "memory"}.isdisjoint(map(str, call.params.values()))
    return on_a_fake or item.get_closest_marker("disable_socket_for_unit") is not None


@pytest.fixture(autouse=True)
def _sockets_off_in_unit_tests(request: pytest.FixtureRequest) -> None:
    """A unit test that needs a server is no unit test."""
    if request.node.get_closest_marker("disable_socket_for_unit"):
        request.getfixturevalue("socket_disabled")


@pytest.fixture(scope="session")
def eln_samples() -> Path:
    """The folder of real archives of other notebooks."""
    named = os.environ.get("PAILLASSE_ELN_SAMPLES")
    if named is None or not Path(named).is_dir():
        pytest.skip("real .eln archives are missing: set PAILLASSE_ELN_SAMPLES to a folder that holds some")
    return Path(named)


@pytest.fixture(scope="session")
def jar() -> Path:
    """The European Commission's validator; whoever names its folder wants it used, so there a missing one fails."""
    remedy = "set PAILLASSE_DSS_CHECK to the folder of dss-check, built with its build.sh (Maven, Java 11 or newer)"
    folder = os.environ.get("PAILLASSE_DSS_CHECK")
    if not folder or not shutil.which("java"):
        pytest.skip(remedy)
    program = Path(folder) / "target" / "dss-check.jar"
    assert program.is_file(), f"no dss-check.jar in {folder}/target: {remedy}"
    return program
