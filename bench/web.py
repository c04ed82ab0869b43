"""``web``: bytes of each screen, time to read and to write on a slow network, keys in a long page, shifts."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from shutil import which
from statistics import median, quantiles
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from bench.demonstration import demonstration
from bench.result import Result
from onebox import webapp
from onebox.demo.api import COOKIE, Person

SECONDS = 1.0
VISITS = 3
# A telephone on a train: 1.6 Mbit/s down, 0.75 up, 150 ms (the profile Lighthouse calls slow 4G).
NETWORK = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 93_750}
READABLE_SECONDS, EDITABLE_SECONDS, AGAIN_SECONDS = 1.2, 3.2, 0.5
KEY_CEILING_MS, SHIFT_CEILING = 16.0, 0.02
KEYS = 80
# Fifty printed pages of forty lines.
LONG_PARAGRAPHS = 600
WAIT_MS = 60_000
POLL_SECONDS = 0.02
_WORDS = "Rincer deux fois au tampon HEPES, puis noter la température du bain et le pH mesuré. " * 3
TEXT, EDITOR = ".document", ".ProseMirror[contenteditable=true]"
WATCH_SHIFTS = """
window.shifted = 0
new PerformanceObserver(list => {
    for (const each of list.getEntries()) if (!each.hadRecentInput) window.shifted += each.value
}).observe({ type: 'layout-shift', buffered: true })
"""
# From the key to the first task after the frame that shows it.
WATCH_KEYS = """
window.keys = []
addEventListener('keydown', event => requestAnimationFrame(() => {
    const channel = new MessageChannel()
    channel.port1.onmessage = () => window.keys.push(performance.now() - event.timeStamp)
    channel.port2.postMessage(0)
}), true)
"""


async def measure(folder: Path, seconds: float) -> Result:
    """Build, weigh, then visit as a browser does; ``seconds`` is not used: visits are counted."""
    del seconds
    webapp.build()
    result = Result("web", "limits of bytes and seconds, no twin")
    for size in webapp.sizes():
        result.under_ceiling(
            f"kilobytes_{size['name']}", float(str(size["kilobytes"])), ceiling=float(str(size["limit"]))
        )
    async with demonstration(folder) as (demo, author), async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=which("chromium"), args=["--no-sandbox", "--font-render-hinting=none"]
        )
        await _visits(result, browser, demo.base_url, author)
        await _keys(result, browser, demo.base_url, author)
        await browser.close()
    return result


async def _visits(result: Result, browser: Browser, base_url: str, author: Person) -> None:
    address = f"{base_url}/entries/{await _page(author, paragraphs=12)}"
    seen: dict[str, list[float]] = {name: [] for name in ("readable", "editable", "again", "offline", "shift")}
    for _ in range(VISITS):
        async with _window(browser, base_url, author) as (context, page):
            await _slow(context, page)
            readable, editable = await _visit(page, address)
            seen["readable"].append(readable)
            seen["editable"].append(editable)
            seen["shift"].append(float(await page.evaluate("window.shifted")))
            await page.locator("[data-sync=synchronised]").wait_for()
            await _until(page, "navigator.serviceWorker.controller !== null")
            seen["again"].append((await _visit(page, address))[1])
            await context.set_offline(True)
            seen["offline"].append((await _visit(page, address))[1])
    result.under_ceiling("readable_seconds", median(seen["readable"]), ceiling=READABLE_SECONDS)
    result.under_ceiling("editable_seconds", median(seen["editable"]), ceiling=EDITABLE_SECONDS)
    result.under_ceiling("second_visit_seconds", median(seen["again"]), ceiling=AGAIN_SECONDS)
    result.under_ceiling("offline_seconds", median(seen["offline"]), ceiling=AGAIN_SECONDS)
    result.under_ceiling("layout_shift", max(seen["shift"]), ceiling=SHIFT_CEILING)


async def _keys(result: Result, browser: Browser, base_url: str, author: Person) -> None:
    address = f"{base_url}/entries/{await _page(author, paragraphs=LONG_PARAGRAPHS)}"
    async with _window(browser, base_url, author) as (_, page):
        await _visit(page, address)
        await page.locator("[data-sync=synchronised]").wait_for()
        await page.locator(f"{EDITOR} p").nth(3).click()
        await page.evaluate(WATCH_KEYS)
        for number in range(KEYS):
            await page.keyboard.press("abcdefghij "[number % 11])
        await _until(page, f"window.keys.length >= {KEYS}")
        taken: list[float] = await page.evaluate("window.keys")
    result.under_ceiling("key_to_paint_p95_ms", quantiles(taken, n=20)[-1], ceiling=KEY_CEILING_MS)
    result.figures["key_to_paint_median_ms"] = round(median(taken), 2)


async def _visit(page: Page, address: str) -> tuple[float, float]:
    """Return the seconds until the text can be read, and until it can be written."""
    began = time.monotonic()
    await page.goto(address, wait_until="commit", timeout=WAIT_MS)
    await page.locator(TEXT).first.wait_for(timeout=WAIT_MS)
    readable = time.monotonic() - began
    await page.locator(EDITOR).wait_for(timeout=WAIT_MS)
    return readable, time.monotonic() - began


async def _until(page: Page, condition: str) -> None:
    """Wait for a script to say so; Playwright's wait_for_function evaluates in the page, which our policy refuses."""
    async with asyncio.timeout(WAIT_MS / 1000):
        while not await page.evaluate(condition):  # noqa: ASYNC110 -- nothing in the page can set an event here
            await asyncio.sleep(POLL_SECONDS)


async def _slow(context: BrowserContext, page: Page) -> None:
    session = await context.new_cdp_session(page)
    await session.send("Network.enable")
    await session.send("Network.emulateNetworkConditions", dict(NETWORK))


@asynccontextmanager
async def _window(browser: Browser, base_url: str, author: Person) -> AsyncIterator[tuple[BrowserContext, Page]]:
    context = await browser.new_context(viewport={"width": 1440, "height": 900}, locale="fr-FR")
    secure = base_url.replace("http:", "https:")
    await context.add_cookies([{"name": COOKIE, "value": author.cookie, "url": secure, "secure": True}])
    await context.add_init_script(WATCH_SHIFTS)
    try:
        yield context, await context.new_page()
    finally:
        await context.close()


async def _page(author: Person, *, paragraphs: int) -> str:
    """Make a page of so many paragraphs, and return its id."""
    notebook = (await author.get("/notebooks", limit=1))["items"][0]
    made = await author.post(f"/notebooks/{notebook['id']}/entries", {"title": "Mesures du bain"})
    content: list[dict[str, Any]] = [
        {"type": "paragraph", "content": [{"type": "text", "text": f"{number}. {_WORDS}"}]}
        for number in range(paragraphs)
    ]
    body = {"title": "Mesures du bain", "document": {"type": "doc", "content": content}}
    await author.post(f"/entries/{made['id']}/revisions", body, **{"If-Match": '"0"'})
    return str(made["id"])
