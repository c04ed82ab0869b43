"""Files travel when they can: kept on the device, resumed after a reload, never sent twice."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from onebox.demo.institution import Someone
from tests.browser import scenery
from tests.browser.chromium import Window, wait_true
from tests.browser.conftest import OpenAs
from tests.browser.people import AUTHOR, Colleague, paragraph
from tests.browser.speech import english_in
from tests.browser.test_writing import DOT
from tests.browser.writing import open_page, text_of, wait_synchronised

MIB = 1 << 20


@pytest.fixture
def window(open_as: OpenAs, colleague: Callable[[Someone], Colleague]) -> Window:
    """The author's window, on a page of theirs."""
    made = colleague(AUTHOR).page("Fichiers en route", paragraph("Voir les fichiers joints."))
    window = open_as()
    open_page(window, str(made["id"]))
    wait_synchronised(window.page)
    return window


def _attach(page: Page, name: str, data: bytes) -> None:
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    page.set_input_files("input[type=file] >> nth=0", file)


def test_a_file_attached_without_a_network_waits_on_the_device(window: Window) -> None:
    """In the train a picture of the gel is kept; it outlives a reload and leaves at the station."""
    page = window.page
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    wait_true(page, "caches.keys().then(names => names.length > 0)")
    page.reload()
    wait_synchronised(page)
    window.context.set_offline(True)
    _attach(page, "gel.bin", DOT)
    row = page.get_by_role("listitem").filter(has_text="gel.bin")
    expect(row).to_contain_text("partira avec le réseau")
    page.reload()
    text_of(page)
    expect(row).to_contain_text("partira avec le réseau")
    window.context.set_offline(False)

    expect(row).to_contain_text("dans la prochaine version", timeout=30_000)


def test_an_upload_goes_on_after_a_reload_where_it_stopped(window: Window) -> None:
    """Of a file of several parts only the missing ones are sent again, under the same plan."""
    page = window.page
    begun: list[Any] = []
    page.on("response", lambda answer: answer.url.endswith("/uploads") and begun.append(answer.json()))
    passed: list[str] = []

    def let_one_pass(route: Route) -> None:
        if passed:
            route.abort("internetdisconnected")
        else:
            passed.append(route.request.url)
            route.continue_()

    page.route("**/parts/*", let_one_pass)
    _attach(page, "stack.bin", b"\x01" * (40 * MIB))
    row = page.get_by_role("listitem").filter(has_text="stack.bin")
    expect(row).to_contain_text("envoi :", timeout=30_000)
    later: list[str] = []
    page.reload()
    page.unroute("**/parts/*")
    page.on("request", lambda asked: asked.method == "PUT" and later.append(asked.url))
    page.reload()
    text_of(page)

    expect(row).to_contain_text("dans la prochaine version", timeout=60_000)
    assert 1 == len(begun)
    assert len(begun[0]["parts"]) == 1 + len(set(later))


def test_a_file_shows_what_is_inside_and_whether_it_lies(
    open_as: OpenAs, colleague: Callable[[Someone], Colleague]
) -> None:
    """The picture of a figure, the rows of a table, the words of a note; and a text that says it is a picture."""
    author = colleague(AUTHOR)
    made = author.page("Essai de ce qui est dedans", paragraph("Voir les fichiers joints."))
    files = [
        (scenery.FIGURE, "image/png", scenery.traces()),
        (scenery.TABLE, "text/csv", scenery.measures()),
        ("note.txt", "text/plain", "Lot CL-14\nConservé à −80 °C\n".encode()),
        ("photo.png", "image/png", b"Ceci n'est pas une image.\n" * 20),
    ]
    added = [{"name": name, "upload": author.upload(name, kind, data)} for name, kind, data in files]
    body = {
        "title": made["title"],
        "document": {"type": "doc", "content": [paragraph("Joints.")]},
        "reason": "fichiers",
        "attachments": added,
    }
    author.post(f"/entries/{made['id']}/revisions", body, **{"If-Match": '"1"'})
    window = open_as()
    page = window.open(f"/entries/{made['id']}")
    row = page.get_by_role("complementary").get_by_role("listitem")

    picture = page.get_by_role("img", name=f"Aperçu de {scenery.FIGURE}")
    picture.wait_for(timeout=45_000)
    expect(picture).not_to_have_js_property("naturalWidth", 0)
    expect(row.filter(has_text="photo.png")).to_contain_text(
        "Se dit image/png, mais contient text/plain", timeout=45_000
    )
    page.get_by_role("button", name=f"Voir le contenu de {scenery.TABLE}").click(timeout=45_000)
    expect(page.get_by_role("dialog").get_by_role("cell", name="0.87")).to_be_visible()
    assert [] == window.axe("'dialog[open]'")
    assert set() == english_in(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Voir le contenu de note.txt").click(timeout=45_000)
    expect(page.get_by_role("dialog").get_by_text("Conservé à −80 °C")).to_be_visible()
    page.keyboard.press("Escape")
    assert [] == window.axe()
