"""One demonstration and one browser serve the tests of the web app."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from onebox.demo.institution import Someone
from tests.browser.chromium import Window, launch, program, window_of
from tests.browser.people import AUTHOR, Colleague
from tests.e2e.system import System, running_system

OpenAs = Callable[..., Window]


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """The whole system, started as a newcomer starts it; not the one whose programs the fault tests kill."""
    folder: Path = tmp_path_factory.mktemp("browser") / "data"
    for parent in folder.parents:
        if parent.owner() != "root" or parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o011)
    with running_system(folder) as running:
        yield running


@pytest.fixture(scope="session")
def colleague(system: System) -> Iterator[Callable[[Someone], Colleague]]:
    """Signed-in people; each signs in once a run, because logins are limited."""
    known: dict[str, Colleague] = {}

    def find(someone: Someone) -> Colleague:
        if someone.mail not in known:
            known[someone.mail] = Colleague.sign_in(system.site.base_url, system.site.folder, someone)
        return known[someone.mail]

    yield find
    for each in known.values():
        each.http.close()


@pytest.fixture(scope="module")
def browser(system: System) -> Iterator[Browser]:
    """
    Chromium, from Debian: ``./paillasse test`` installs it.

    Of a module and not of the session: Playwright keeps an event loop running, in which asyncio.run would not work.
    """
    if program() is None:
        remedy = "Chromium is missing: apt-get install chromium, or ./paillasse test"
        if os.environ.get("PAILLASSE_TEST_SERVERS_REQUIRED"):
            pytest.fail(remedy)
        pytest.skip(remedy)
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        yield chromium
        chromium.close()


@pytest.fixture
def open_as(system: System, browser: Browser, colleague: Callable[[Someone], Colleague]) -> Iterator[OpenAs]:
    """Open windows as people of the demo (by default the author); all of them must end without a complaint."""
    with ExitStack() as windows:

        def open_window(someone: Someone | None = AUTHOR, **options: Any) -> Window:
            person = None if someone is None else colleague(someone)
            return windows.enter_context(window_of(browser, system.site.base_url, person, **options))

        yield open_window
