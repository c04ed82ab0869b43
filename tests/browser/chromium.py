"""Real Chromium on the real system; a content security policy violation or a console error fails the test."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright

from tests.browser.people import Colleague
from tests.servers.processes import wait_until

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
# WCAG 2.1 AA is the law (RGAA 4); 2.2 and best practice are ours.
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DEADLINE_MS = 15_000
# Colours are compared when no transition is half way between two themes; what turns for ever is not waited for.
AT_REST = """() => Promise.all(document.getAnimations()
    .filter(each => each.effect.getComputedTiming().endTime !== Infinity)
    .map(each => each.finished.catch(() => null))).then(() => true)"""
# Chromium itself writes these for every refused or lost request: what the app makes of them is what tests look at.
EXPECTED_NOISE = ("Failed to load resource",)


def program() -> str | None:
    """Return the path of the machine's Chromium."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


def launch(playwright: Playwright, *arguments: str) -> Browser:
    """Start a browser without a window."""
    options = ["--no-sandbox", "--force-color-profile=srgb", *arguments]
    return playwright.chromium.launch(executable_path=program(), args=options)


@dataclass
class Window:
    """One browser window of one person, and what went wrong in it."""

    context: BrowserContext
    page: Page
    base_url: str
    complaints: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """Note errors of the console, uncaught errors and violations of the policy."""
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))
        self.page.set_default_timeout(DEADLINE_MS)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(EXPECTED_NOISE):
            self.complaints.append(f"console: {message.text}")

    def open(self, path: str) -> Page:
        """Go to an address of the app and wait for its heading."""
        self.page.goto(self.base_url + path)
        self.page.get_by_role("heading", level=1).first.wait_for()
        return self.page

    def axe(self, within: str = "document") -> list[str]:
        """Return axe's violations as ``rule: element``, once the screen has come to rest."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        self.page.evaluate(AT_REST)
        options = {"runOnly": {"type": "tag", "values": AXE_TAGS}, "resultTypes": ["violations"]}
        found: dict[str, Any] = self.page.evaluate(
            f"options => axe.run({within}, options).then(found => ({{violations: found.violations}}))", options
        )
        return [
            f"{each['id']}: {node['html'][:200]} {node['failureSummary'][:300]}"
            for each in found["violations"]
            for node in each["nodes"]
        ]

    def overflow(self) -> int:
        """Return by how many pixels the page is wider than its window (WCAG 1.4.10)."""
        sizes = "(({scrollWidth, clientWidth}) => scrollWidth - clientWidth)(document.documentElement)"
        return max(0, int(self.page.evaluate(sizes)))


def wait_true(page: Page, condition: str) -> None:
    """
    Wait until a script says so.

    Playwright's own wait_for_function evaluates its words inside the page, which our policy refuses.
    """
    wait_until(lambda: bool(page.evaluate(condition)), what=condition, seconds=DEADLINE_MS / 1000)


@contextmanager
def window_of(browser: Browser, base_url: str, person: Colleague | None, **options: Any) -> Iterator[Window]:
    """Open a window in which ``person`` is signed in (nobody: a stranger's); at its end nothing went wrong in it."""
    language = person.someone.locale if person else "fr"
    settings = {"locale": {"fr": "fr-FR", "en": "en-GB"}[language], "viewport": {"width": 1440, "height": 900}}
    context = browser.new_context(**{**settings, **options})
    if person is not None:
        context.add_cookies(
            [{"name": "__Host-sid", "value": person.cookie, "url": base_url.replace("http:", "https:"), "secure": True}]
        )
    window = Window(context, context.new_page(), base_url)
    window.watch()
    try:
        yield window
    finally:
        context.close()
    assert window.complaints == [], "; ".join(window.complaints)
