"""
Take pictures of every screen of a running demonstration, for the eyes of who works on it and for the README.

``python -m tests.browser.pictures --out FOLDER [--only NAME]`` starts the whole system, as the browser tests do.
"""

import argparse
import io
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
from PIL import Image
from playwright.sync_api import Browser, Page, Route, sync_playwright

from onebox.demo.institution import Someone
from tests.browser import scenery
from tests.browser.chromium import AT_REST, Window, launch, window_of
from tests.browser.pages import send, sent, wait_in_inbox, wait_in_state, written
from tests.browser.people import AUTHOR, LEAD, WITNESS, Colleague
from tests.e2e.system import SAMPLE, System, running_system

LANGUAGES, THEMES, WIDTHS = ("fr", "en"), ("light", "dark"), (1440, 320)
HEIGHTS = {1440: 900, 320: 900}


@dataclass
class Studio:
    """The running system, its people, and the pages they wrote for the pictures."""

    system: System
    browser: Browser
    out: Path

    def person(self, someone: Someone) -> Colleague:
        """Return a signed-in person."""
        return self._people[someone]

    @cached_property
    def _people(self) -> dict[Someone, Colleague]:
        site = self.system.site
        return {each: Colleague.sign_in(site.base_url, site.folder, each) for each in (AUTHOR, WITNESS, LEAD)}

    @cached_property
    def being_written(self) -> str:
        """A page with everything a page may hold, and what colleagues say about it."""
        author, witness = self.person(AUTHOR), self.person(WITNESS)
        first, second = scenery.protocol(), scenery.protocol(dilution="1:1000", witness=witness, figure=True)
        made = written(author, first, title=scenery.TITLE)
        files = [(scenery.FIGURE, "image/png", scenery.traces()), (scenery.TABLE, "text/csv", scenery.measures())]
        added = [{"name": name, "upload": author.upload(name, kind, data)} for name, kind, data in files]
        body = {
            "title": scenery.TITLE, "document": {"type": "doc", "content": second}, "reason": "anticorps plus dilué",
            "attachments": added,
        }  # fmt: skip
        author.post(f"/entries/{made['id']}/revisions", body, **{"If-Match": '"1"'})
        remark = {"text": "Le témoin B1 manque au tableau, non ?", "thread": None, "mentions": [], "quote": ""}
        witness.post(f"/entries/{made['id']}/comments", remark)
        author.post(f"/entries/{made['id']}/tags", {"items": ["calcium", "lot CL-14"]})
        return str(made["id"])

    @cached_property
    def waiting(self) -> str:
        """A page its author signed and sent, waiting for the lead; two more are waiting with it."""
        author, witness, lead = (self.person(each) for each in (AUTHOR, WITNESS, LEAD))
        for title in ("Culture primaire, semaine 12", "Étalonnage du pH-mètre"):
            sent(author, ("witness", witness), ("approver", lead), title=title)
            sent(author, ("approver", lead), title=title)
        made = written(author, scenery.protocol(), scenery.protocol(dilution="1:1000"), title=scenery.TITLE)
        send(author, made["id"], ("approver", lead))
        return str(made["id"])

    @cached_property
    def sealed(self) -> str:
        """A page both of its signers signed."""
        author, lead = self.person(AUTHOR), self.person(LEAD)
        made = written(author, scenery.protocol(), title=scenery.TITLE)
        send(author, made["id"], ("approver", lead))
        step = wait_in_inbox(lead, made["id"])["step"]
        ceremony = lead.post("/signing/ceremonies", {"steps": [step], "locale": "fr"})
        proof = {"method": "password", "password": lead.password}
        lead.post(f"/signing/ceremonies/{ceremony['id']}/complete", proof)
        wait_in_state(author, made["id"], "sealed")
        return str(made["id"])

    @contextmanager
    def window(self, someone: Someone | None, language: str, theme: str, width: int) -> Iterator[Window]:
        """Open a window of a person in a language, a theme and a width."""
        person = None if someone is None else self.person(someone)
        options = {
            "viewport": {"width": width, "height": HEIGHTS[width]},
            "color_scheme": theme,
        }
        with window_of(self.browser, self.system.site.base_url, person, **options) as window:
            url = window.base_url.replace("http:", "https:")
            window.context.add_cookies([{"name": "language", "value": language, "url": url, "secure": True}])
            # The app never waits for its fonts, a picture does.
            window.page.route("**/*.css", _with_fonts)
            yield window

    def take(self, page: Page, name: str) -> None:
        """Keep a picture of a page that has come to rest."""
        page.evaluate("document.fonts.ready.then(() => true)")
        page.evaluate(AT_REST)
        taken = Image.open(io.BytesIO(page.screenshot(caret="hide"))).convert("RGB")
        taken.save(self.out / f"{name}.png", optimize=True)


def _with_fonts(route: Route) -> None:
    style = httpx.get(route.request.url, timeout=20).raise_for_status().text
    route.fulfill(body=style.replace("font-display:optional", "font-display:block"), content_type="text/css")


def writing(studio: Studio, name: str, language: str, theme: str, width: int) -> None:
    """The page being written."""
    with studio.window(AUTHOR, language, theme, width) as window:
        page = window.page
        page.goto(f"{window.base_url}/entries/{studio.being_written}")
        page.locator(".ProseMirror[contenteditable=true] .katex").first.wait_for()
        page.wait_for_load_state("networkidle")
        page.locator("[data-sync=synchronised]").wait_for()
        studio.take(page, name)


def to_sign(studio: Studio, name: str, language: str, theme: str, width: int) -> None:
    """The lead's pages to sign, one of them open."""
    assert studio.waiting
    with studio.window(LEAD, language, theme, width) as window:
        page = window.open("/inbox")
        page.get_by_role("option").filter(has_text=scenery.TITLE).locator(".title").first.click()
        page.get_by_role("heading", name=scenery.TITLE, level=2).wait_for()
        page.wait_for_load_state("networkidle")
        studio.take(page, name)


def screen(someone: Someone | None, path: Callable[[Studio], str], act: Callable[[Page], Any] | None = None) -> Any:
    """Return how to take a picture of one screen, once."""

    def shoot(studio: Studio, name: str) -> None:
        address = path(studio)
        with studio.window(someone, "fr", "light", 1440) as window:
            page = window.open(address)
            page.wait_for_load_state("networkidle")
            if act is not None:
                act(page)
                page.wait_for_load_state("networkidle")
            studio.take(page, name)

    return shoot


def _whole(page: Page) -> None:
    page.set_viewport_size({"width": 1440, "height": 1350})


def _begin_to_sign(page: Page) -> None:
    page.get_by_role("option").filter(has_text=scenery.TITLE).locator(".title").first.click()
    page.get_by_role("heading", name=scenery.TITLE, level=2).wait_for()
    page.get_by_role("button", name="Signer…").click()
    page.get_by_role("dialog").locator("code[title^='SHA-256']").first.wait_for()


def _import(page: Page) -> None:
    page.get_by_role("button", name="Importer").first.click()
    page.get_by_role("dialog").locator("input[type=file]").set_input_files(SAMPLE)
    page.get_by_role("dialog").get_by_role("button", name="Importer").last.click()
    page.wait_for_url("**/imports/*")
    page.get_by_role("heading", name="Import terminé").wait_for()


def _verify(studio: Studio) -> Callable[[Page], None]:
    def act(page: Page) -> None:
        data = studio.person(AUTHOR).evidence(studio.sealed)
        evidence = {"name": "page.asice", "mimeType": "application/zip", "buffer": data}
        page.get_by_label("Choisissez le fichier").set_input_files(evidence)
        page.get_by_role("button", name="Vérifier").click()
        page.get_by_role("heading", name="Prouvé", exact=True).wait_for()

    return act


def _notebook(studio: Studio) -> str:
    return f"/notebooks/{studio.person(AUTHOR).notebook()['id']}"


SINGLE: dict[str, Any] = {
    "sign-in": screen(None, lambda _: "/sign-in"),
    "today": screen(AUTHOR, lambda studio: "/" if studio.waiting and studio.sealed else ""),
    "notebooks": screen(AUTHOR, lambda _: "/notebooks"),
    "notebook": screen(AUTHOR, lambda studio: _notebook(studio) if studio.being_written else ""),
    "read": screen(AUTHOR, lambda studio: f"/entries/{studio.sealed}", _whole),
    "history": screen(AUTHOR, lambda studio: f"/entries/{studio.being_written}/history"),
    "search": screen(AUTHOR, lambda studio: "/search?q=glutamate" if studio.sealed else ""),
    "signing": screen(LEAD, lambda studio: "/inbox" if studio.waiting else "", _begin_to_sign),
    "import": screen(AUTHOR, _notebook, _import),
    "profile": screen(AUTHOR, lambda _: "/profile"),
}


def take_all(studio: Studio, only: str) -> None:
    """Take every picture whose name begins with ``only``."""
    for kind, shoot in (("page", writing), ("to-sign", to_sign)):
        for language, theme, width in ((a, b, c) for a in LANGUAGES for b in THEMES for c in WIDTHS):
            name = f"{kind}-{language}-{theme}-{width}"
            if name.startswith(only):
                shoot(studio, name, language, theme, width)
    for name, one in SINGLE.items():
        if name.startswith(only):
            one(studio, name)
    if "verify".startswith(only):
        screen(None, lambda _: "/verify", _verify(studio))(studio, "verify")


def main() -> None:
    """Start the system, take the pictures, stop it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="the folder the pictures come to")
    parser.add_argument("--only", default="", help="only pictures whose name begins so")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        with running_system(Path(folder) / "data") as system, sync_playwright() as playwright:
            take_all(Studio(system, launch(playwright), asked.out), asked.only)


if __name__ == "__main__":
    main()
