"""Words for what one does on the page being written."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from playwright.sync_api import Locator, Page, expect

from onebox.servers.ports import free_ports
from tests.browser.chromium import Window
from tests.e2e.system import ROOT, System
from tests.servers.processes import wait_until

SYNC_MS = 20_000


def open_page(window: Window, entry: str) -> Locator:
    """Open a page to write and return its text, ready."""
    window.page.goto(f"{window.base_url}/entries/{entry}")
    return text_of(window.page)


def text_of(page: Page) -> Locator:
    """Return the text being written, once the draft is there."""
    text = page.locator(".ProseMirror[contenteditable=true]")
    text.wait_for(timeout=SYNC_MS)
    return text


def write(page: Page, words: str) -> None:
    """Write at the end of the text."""
    text = text_of(page)
    text.click()
    page.keyboard.press("Control+End")
    page.keyboard.press("Enter")
    page.keyboard.type(words)


def wait_saved(page: Page) -> None:
    """Wait until everything typed is on this device."""
    expect(page.locator("[data-sync]")).to_have_attribute("data-saved", "true")


def wait_synchronised(page: Page) -> None:
    """Wait until the server has everything."""
    wait_saved(page)
    expect(page.locator("[data-sync]")).to_have_attribute("data-sync", "synchronised", timeout=SYNC_MS)


def paste(page: Page, html: str) -> None:
    """Paste a piece of HTML, as from another site."""
    text_of(page).click()
    page.evaluate(
        """html => {
            const data = new DataTransfer()
            data.setData('text/html', html)
            const event = new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })
            document.querySelector('.ProseMirror').dispatchEvent(event)
        }""",
        html,
    )


@contextmanager
def second_gateway(system: System) -> Iterator[str]:
    """Start another gateway process beside the first, and return its address: any replica serves any page."""
    environment = _environment_of(system.pid_of("gateway"))
    port, health = free_ports(2)
    address = f"http://localhost:{port}"
    environment |= {
        "PAILLASSE_HTTP_PORT": str(port), "PAILLASSE_HEALTH_PORT": str(health), "PAILLASSE_PUBLIC_URL": address,
    }  # fmt: skip
    log = (system.site.folder / "log" / "gateway-two.log").open("wb")
    arguments = [sys.executable, "-m", "gateway"]
    process = subprocess.Popen(arguments, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        wait_until(lambda: _answers(address), what="the second gateway", seconds=60)
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        log.close()


def _environment_of(pid: int) -> dict[str, str]:
    raw = Path(f"/proc/{pid}/environ").read_bytes().decode()
    return dict(line.split("=", 1) for line in raw.split("\0") if "=" in line)


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/api/openapi.json", timeout=2).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False
